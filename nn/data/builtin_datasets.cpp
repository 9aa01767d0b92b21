#include "nn/data/builtin_datasets.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/data/idx_folder.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

// The folders in which built-in data sets may lie, in the order of search.
std::vector<fs::path> search_path() {
  std::vector<fs::path> folders;
  if (const char* variable = std::getenv("HPSEARCH_DATA"); variable != nullptr) {
    std::string_view rest = variable;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(':'), rest.size());
      if (end > 0) {
        folders.emplace_back(rest.substr(0, end));
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  folders.push_back(fs::path(HPSEARCH_SOURCE_DIR) / "configs/data");
  std::error_code no_proc;
  const fs::path program = fs::read_symlink("/proc/self/exe", no_proc);
  if (!no_proc) {
    folders.push_back((program.parent_path() / "../share/hpsearch/data").lexically_normal());
  }
  folders.emplace_back("/usr/share/datasets");
  return folders;
}

// What is computed has one form: neither columns with names nor further files, and a task that its
// targets decide.
void check_source(const DatasetSource& source, const Dataset& dataset) {
  const auto refuse = [&](std::string_view fault, std::string_view remedy) {
    throw DataError(fmt::format("data set '{}'", source.source), fault, remedy);
  };
  const std::pair<bool, std::string_view> columns[] = {{source.target.has_value(), "target"},
                                                       {source.group.has_value(), "group"},
                                                       {source.order.has_value(), "order"}};
  for (const auto& [asked, key] : columns) {
    if (asked) {
      refuse(fmt::format("it has no columns that `{}` could name", key), "leave it out");
    }
  }
  if (!source.validation_file.empty() || !source.test_file.empty()) {
    refuse("a further file goes with a table of your own, not with a built-in data set",
           "write a number of rows or a fraction");
  }
  const Task task = source.task.value_or(dataset.task);
  if (task == Task::kRegression && dataset.task != Task::kRegression) {
    refuse("its labels are classes, no numbers to predict",
           "write `task: classification`, or leave it out");
  }
  if (task != Task::kRegression && dataset.task == Task::kRegression) {
    refuse("its target is a number to predict, no class",
           "write `task: regression`, or leave it out");
  }
  if (task == Task::kBinary && dataset.classes != 2) {
    refuse(fmt::format("the task is binary, but there are {} classes", dataset.classes),
           "write `task: classification`, or leave it out");
  }
}

}  // namespace

std::optional<BuiltinDataset> find_builtin(std::string_view name) {
  const auto* found = std::find_if(kBuiltinDatasets.begin(), kBuiltinDatasets.end(),
                                   [&](const BuiltinDataset& row) { return row.name == name; });
  return found == kBuiltinDatasets.end() ? std::nullopt : std::optional(*found);
}

Dataset load_builtin(const DatasetSource& source, const BuiltinDataset& builtin) {
  if (builtin.make == nullptr) {
    return load_idx_folder(source, builtin_folder(builtin));
  }
  Dataset dataset = builtin.make();
  check_source(source, dataset);
  dataset.name = source.source;
  dataset.task = source.task.value_or(dataset.task);
  return dataset;
}

fs::path builtin_folder(const BuiltinDataset& dataset) {
  std::vector<std::string> tried;
  for (const fs::path& folder : search_path()) {
    fs::path candidate = folder / dataset.name;
    std::error_code unreadable;
    if (fs::is_directory(candidate, unreadable)) {
      return candidate;
    }
    tried.push_back(candidate.string());
  }
  const std::string remedy =
      dataset.package.empty() ? "it comes with hpsearch: install that again, or set HPSEARCH_DATA "
                                "to the folder above it"
                              : fmt::format("install it with: apt-get install {}", dataset.package);
  throw DataError(fmt::format("data set '{}' is not on this machine; {} (looked for {})",
                              dataset.name, remedy, fmt::join(tried, ", ")));
}

}  // namespace hpsearch::nn

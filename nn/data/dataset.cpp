#include "nn/data/dataset.h"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/array_dataset.h"
#include "nn/data/builtin_datasets.h"
#include "nn/data/csv_table.h"
#include "nn/data/idx_folder.h"
#include "nn/data/table_dataset.h"
#include "nn/files/data_error.h"
#include "nn/files/zip_archive.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

std::string builtin_names() {
  std::string names;
  for (const BuiltinDataset& row : kBuiltinDatasets) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
  }
  return names;
}

// Is the zip archive one of NumPy? Others may hold a table of text.
bool holds_arrays(const fs::path& path) {
  const ZipArchive archive(path);
  return archive.entries().empty() ||
         std::any_of(archive.entries().begin(), archive.entries().end(),
                     [](const ZipEntry& entry) { return entry.name.ends_with(".npy"); });
}

// A file's format is told by its first bytes, after gzip, never by its name.
Dataset load_file(const DatasetSource& source, const fs::path& path) {
  std::array<std::uint8_t, 6> bytes{};
  const std::size_t count = InputFile(path).read(bytes);
  const std::string_view magic(reinterpret_cast<const char*>(bytes.data()), count);
  if (magic == "\x93NUMPY") {
    return load_npy(source, path);
  }
  const bool zip = magic.starts_with("PK\3\4") || magic.starts_with("PK\5\6");
  if (zip && holds_arrays(path)) {
    return load_npz(source, path);
  }
  if (magic.starts_with(std::string_view("\0\0\x08", 3))) {
    throw DataError(path.string(), "is one IDX file of several",
                    "name the folder that holds the images and the labels");
  }
  return dataset_of_table(read_csv_table(path, source), source);
}

}  // namespace

std::string_view to_text(Task task) {
  switch (task) {
    case Task::kBinary:
      return "binary";
    case Task::kRegression:
      return "regression";
    case Task::kClassification:
      break;
  }
  return "classification";
}

std::string target_text(const Dataset& dataset) {
  if (dataset.further_target_names.empty()) {
    return dataset.target_name;
  }
  std::string text = in_quotes(dataset.target_name);
  for (const std::string& name : dataset.further_target_names) {
    text += ", " + in_quotes(name);
  }
  return text;
}

Dataset load_dataset(const DatasetSource& source) {
  if (const std::optional<BuiltinDataset> builtin = find_builtin(source.source)) {
    return load_builtin(source, *builtin);
  }
  const fs::path path = (source.base_folder / source.source).lexically_normal();
  std::error_code unreadable;
  if (source.source.empty() || !fs::exists(path, unreadable)) {
    throw DataError(fmt::format("data set '{}'", source.source),
                    fmt::format("neither built in ({}) nor a file or folder: there is no {}",
                                builtin_names(), path.string()),
                    "check the name");
  }
  try {
    return fs::is_directory(path, unreadable) ? load_idx_folder(source, path)
                                              : load_file(source, path);
  } catch (const std::bad_alloc&) {
    throw DataError(path.string(), "the data does not fit into the memory",
                    "give fewer rows or columns, or free some memory");
  }
}

}  // namespace hpsearch::nn

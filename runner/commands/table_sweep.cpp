#include "runner/commands/table_sweep.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/builtin_datasets.h"
#include "nn/data/training_data.h"
#include "nn/files/data_error.h"
#include "runner/console/new_file.h"
#include "runner/console/shell_word.h"
#include "runner/console/split_list.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/sweep_file/load_data.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/sweep_file/sweep_template.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

// Compressions, which may stand behind the ending of a table, and endings of tables.
constexpr std::array<std::string_view, 5> kPacked{".gz", ".zip", ".bz2", ".xz", ".zst"};
constexpr std::array<std::string_view, 20> kTables{
    ".csv", ".tsv",  ".tab",  ".txt", ".data", ".dat",     ".psv",     ".npy",  ".npz", ".xlsx",
    ".xls", ".xlsm", ".xlsb", ".ods", ".rds",  ".parquet", ".feather", ".arff", ".pkl", ".pickle"};

// `path` without an ending of these, and whether there was one. Letters in any case.
template <std::size_t kCount>
bool take_ending(std::string& path, const std::array<std::string_view, kCount>& endings) {
  const std::string lower = lower_ascii(path);
  for (const std::string_view ending : endings) {
    if (lower.size() > ending.size() && lower.ends_with(ending)) {
      path.resize(path.size() - ending.size());
      return true;
    }
  }
  return false;
}

// The table's path as a sweep file in `folder` names it.
std::string source_from(const std::string& table, const fs::path& folder) {
  const fs::path whole = fs::absolute(table).lexically_normal();
  const fs::path relative = whole.lexically_relative(folder);
  const bool beside = !relative.empty() && *relative.begin() != "..";
  return (beside ? relative : whole).string();
}

fs::path folder_of(const std::string& sweep_path) {
  return fs::absolute(sweep_path).lexically_normal().parent_path();
}

// The first line of a sweep file that `run TABLE` writes.
std::string mark_of(const std::string& table) {
  return fmt::format("# Written by `hpsearch run {}`; change it as you like and run it again.\n",
                     fs::path(table).filename().string());
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 10 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

// A column as the sweep file names it: a text, or a number if it is one of `numbers`.
YamlNode column_node(const std::string& column, const std::set<std::string>& numbers) {
  return numbers.contains(column) ? yaml_scalar(std::int64_t{std::stol(column)})
                                  : yaml_scalar(column);
}

// The lines under `dataset` that drop columns or come from --set, but for the keys that every sweep
// over a table has.
std::string further_lines(const TableWishes& wishes,
                          const std::vector<YamlEdit>& edits,
                          const std::set<std::string>& numbers) {
  YamlNode tree = yaml_map({});
  YamlNode& dataset = child_map(tree, "dataset");
  if (!wishes.drop.empty()) {
    std::vector<YamlNode> names;
    std::transform(wishes.drop.begin(), wishes.drop.end(), std::back_inserter(names),
                   [&](const std::string& name) { return column_node(name, numbers); });
    set_key(child_map(dataset, "columns"), "drop", yaml_sequence(std::move(names)));
  }
  for (const YamlEdit& edit : edits) {
    if (edit.path.starts_with("dataset.")) {
      apply_edit(tree, edit);
    }
  }
  YamlNode& written = child_map(tree, "dataset");
  for (const char* key : {"source", "target", "task", "validation", "test"}) {
    erase_key(written, key);
  }
  if (written.entries.empty()) {
    return "";
  }
  std::string lines;
  std::istringstream text(emit_yaml(written));
  for (std::string line; std::getline(text, line);) {
    lines += "  " + line + "\n";
  }
  return lines;
}

std::string dataset_yaml(const std::string& source,
                         const TableWishes& wishes,
                         const std::string& further,
                         const std::set<std::string>& numbers) {
  std::string text = fmt::format("dataset:\n  source: {}\n", emit_text(source));
  if (wishes.target) {
    text +=
        fmt::format("  target: {}\n",
                    numbers.contains(*wishes.target) ? *wishes.target : emit_text(*wishes.target));
  }
  if (wishes.task) {
    text += fmt::format("  task: {}\n", *wishes.task);
  }
  return text + further;
}

void print_columns(const nn::Dataset& data,
                   const std::string& table,
                   bool guessed,
                   LinePrinter& printer) {
  const std::string target = data.target_name.empty() ? "with the data" : nn::target_text(data);
  printer.line(fmt::format("{}: {} rows; the target is {} ({})", table, data.rows, target,
                           nn::to_text(data.task)));
  for (const nn::ColumnReport& column : data.column_reports) {
    printer.line(fmt::format("  {}: {}", column.name, column.treatment));
  }
  if (guessed && !data.target_name.empty()) {
    printer.line(fmt::format(
        "note: no target was named, so the last column '{}' is taken; name another one with "
        "--target NAME, or change the line `target:` of the sweep file",
        data.target_name));
  }
}

// The features that are numbers, not flags and levels.
std::vector<std::size_t> numeric_features(const nn::TrainingData& data) {
  std::vector<std::size_t> features;
  if (data.pipeline == nullptr) {
    features.resize(data.dataset->columns);
    std::iota(features.begin(), features.end(), std::size_t{0});
    return features;
  }
  std::size_t next = 0;
  for (const nn::PipelineColumn& column : data.pipeline->columns()) {
    for (std::size_t i = 0; i < column.rule.numbers(); ++i) {
      features.push_back(next + i);
    }
    next += column.rule.features();
  }
  return features;
}

// Of each of them, how many values differ in the rows to train on, up to more than bins tell apart.
std::vector<std::size_t> distinct_numbers(const nn::TrainingData& data) {
  constexpr std::size_t kMost = 1'000;
  const nn::Dataset& dataset = *data.dataset;
  std::vector<std::size_t> distinct;
  for (const std::size_t feature : numeric_features(data)) {
    std::set<float> values;
    for (const std::uint32_t row : data.split.train) {
      const std::size_t at = std::size_t{row} * dataset.columns + feature;
      values.insert(dataset.real_features.empty() ? static_cast<float>(dataset.features[at])
                                                  : dataset.real_features[at]);
      if (values.size() == kMost) {
        break;
      }
    }
    distinct.push_back(values.size());
  }
  return distinct;
}

// Does the sweep file predict the column that `wish` names, or whose number it is?
bool has_target(const SweepFile& file, const YamlNode* target, const std::string& wish) {
  if (target == nullptr || target->text == wish) {
    return target != nullptr;
  }
  if (!is_number(wish)) {
    return false;
  }
  const LoadedSweep loaded = load_data(file);
  const std::vector<nn::ColumnReport>& columns = loaded.data.dataset->column_reports;
  const std::size_t number = std::stoul(wish);
  return number < columns.size() && columns[number].name == target->text;
}

bool drops(const YamlNode* columns, const std::string& wish) {
  const YamlNode* dropped = columns == nullptr ? nullptr : columns->find("drop");
  return dropped != nullptr &&
         (dropped->text == wish ||
          std::any_of(dropped->items.begin(), dropped->items.end(),
                      [&](const YamlNode& item) { return item.text == wish; }));
}

// What the sweep file says otherwise than the options of this call; empty: nothing.
std::string difference_from(const SweepFile& file, const TableWishes& wishes) {
  const YamlNode* dataset = file.tree.find("dataset");
  const auto find = [&](std::string_view key) {
    return dataset == nullptr ? nullptr : dataset->find(key);
  };
  const YamlNode* target = find("target");
  if (wishes.target && !has_target(file, target, *wishes.target)) {
    return fmt::format("its target is {}, not '{}'",
                       target == nullptr ? "not named" : "'" + target->text + "'", *wishes.target);
  }
  const YamlNode* task = find("task");
  if (wishes.task && (task == nullptr || task->text != *wishes.task)) {
    return fmt::format("its task is {}, not {}", task == nullptr ? "not named" : task->text,
                       *wishes.task);
  }
  for (const std::string& name : wishes.drop) {
    if (!drops(find("columns"), name)) {
      return fmt::format("it does not drop the column '{}'", name);
    }
  }
  return "";
}

// Reads the table as the sweep file with `yaml` under `dataset` would, prints its columns, and
// returns the text of the whole file.
std::string template_for(const std::string& table,
                         const std::string& source,
                         const std::string& yaml,
                         const std::string& further,
                         const fs::path& folder,
                         const TableWishes& wishes,
                         const std::vector<YamlEdit>& edits,
                         Notes notes,
                         LinePrinter& printer) {
  std::vector<Diagnostic> diagnostics;
  SweepFile file;
  file.source = {"--data " + table, yaml};
  auto tree = parse_yaml(file.source, diagnostics);
  if (!tree) {
    refuse(file.source, diagnostics);
  }
  for (const YamlEdit& edit : edits) {
    if (edit.path.starts_with("dataset.")) {  // the others go into the finished file
      apply_edit(*tree, edit);
    }
  }
  if (auto spec = read_sweep(*tree, "table", folder, diagnostics)) {
    file.spec = *std::move(spec);
  } else {
    refuse(file.source, diagnostics);
  }
  file.tree = *std::move(tree);
  file.folder = folder;
  const LoadedSweep loaded = load_data(file, ColumnErrors::kAtTheTable);
  const nn::Dataset& data = *loaded.data.dataset;
  // An .npz file has an array of targets.
  const bool guessed = !wishes.target && !lower_ascii(table).ends_with(".npz") &&
                       file.tree.find("dataset")->find("target") == nullptr;
  print_columns(data, table, guessed, printer);
  if (notes == Notes::kShown) {
    for (const std::string& note : data.notes) {
      printer.line("note: " + note);
    }
  }
  return sweep_template(data, source, further, guessed, distinct_numbers(loaded.data));
}

}  // namespace

void add_table_options(po::options_description& options) {
  options.add_options()  //
      ("target", po::value<std::string>()->value_name("NAME"),
       "the table's column to predict (default: the last)")  //
      ("task", po::value<std::string>()->value_name("TASK"),
       "classification, binary or regression (default: by the target's values)")  //
      ("drop", po::value<std::vector<std::string>>()->value_name("A,B")->composing(),
       "columns of the table to leave out; * stands for any text");
}

TableWishes table_wishes(const Invocation& invocation) {
  TableWishes wishes;
  const auto& options = invocation.options;
  if (options.count("target") > 0) {
    wishes.target = options["target"].as<std::string>();
  }
  if (options.count("task") > 0) {
    wishes.task = options["task"].as<std::string>();
    if (std::find(kTasks.begin(), kTasks.end(), *wishes.task) == kTasks.end()) {
      throw UsageError(
          fmt::format("--task must be classification, binary or regression; found "
                      "'{}'{}",
                      *wishes.task, did_you_mean(*wishes.task, kTasks)));
    }
  }
  if (options.count("drop") > 0) {
    for (const std::string& list : options["drop"].as<std::vector<std::string>>()) {
      const std::vector<std::string> names = split_list(list);
      wishes.drop.insert(wishes.drop.end(), names.begin(), names.end());
    }
  }
  return wishes;
}

bool names_a_table(const std::string& path) {
  std::string stem = path;
  const bool packed = take_ending(stem, kPacked);
  return take_ending(stem, kTables) || packed;
}

std::string sweep_for_table(const std::string& table,
                            const std::string& sweep_path,
                            const TableWishes& wishes,
                            const std::vector<YamlEdit>& edits,
                            Notes notes,
                            LinePrinter& printer) {
  std::error_code unreadable;
  if (!fs::exists(table, unreadable) && !nn::find_builtin(table)) {
    throw nn::DataError(table, "there is no such file", "check the name and the folder");
  }
  const fs::path folder = folder_of(sweep_path);
  const std::string source = source_from(table, folder);
  std::set<std::string> numbers;
  while (true) {
    try {
      const std::string further = further_lines(wishes, edits, numbers);
      const std::string yaml = dataset_yaml(source, wishes, further, numbers);
      return template_for(table, source, yaml, further, folder, wishes, edits, notes, printer);
    } catch (const nn::UnknownColumn& error) {
      // No column is called 4, so --target 4 means column number 4.
      if (!is_number(error.column()) || !numbers.insert(error.column()).second) {
        throw;
      }
    }
  }
}

std::string sweep_beside_table(const std::string& table,
                               const TableWishes& wishes,
                               const std::vector<YamlEdit>& edits,
                               LinePrinter& printer) {
  std::string path = table;
  take_ending(path, kPacked);
  take_ending(path, kTables);
  path += ".yaml";
  std::error_code unreadable;
  if (!fs::exists(fs::symlink_status(path, unreadable))) {
    const std::string text = sweep_for_table(table, path, wishes, edits, Notes::kHidden, printer);
    if (write_new_file(path, mark_of(table) + text)) {
      printer.line(fmt::format("wrote {}", path));
      return path;
    }
  }
  std::ifstream stream(path);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!text.starts_with(mark_of(table))) {
    throw UsageError(fmt::format(
        "{0}: exists already, and `run {1}` did not write it; run that file (hpsearch run {2}), or "
        "write a sweep under another name: hpsearch init NAME.yaml --data {1}",
        path, shell_word(table), shell_word(path)));
  }
  if (const std::string difference = difference_from(load_sweep_file(path), wishes);
      !difference.empty()) {
    throw UsageError(fmt::format(
        "{0}: {1}; change the file, or write a sweep under another name: hpsearch init NAME.yaml "
        "--data {2}",
        path, difference, shell_word(table)));
  }
  printer.line(fmt::format("using {}, which an earlier run wrote", path));
  return path;
}

}  // namespace hpsearch::runner

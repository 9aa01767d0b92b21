#include "runner/sweep_file/sweep_template.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {

std::string sweep_template() {
  return
      R"(# A sweep: which parameters to try, on which data, and what counts as best.
# The name of the sweep in the database is this file's name; to give another one: name: my_sweep

seed: 1                          # the same file and seed give the same results, bit for bit
method: random                   # how parameters are chosen
metric: {name: val_accuracy}     # or val_loss, val_f1, ...
run_cap: 40                      # number of trials; raise it later to extend the sweep

dataset:
  source: digits                 # or fashion-mnist, spiral, xor, ..., or a CSV file beside this one
  validation: 0.2                # share (or number) of the training rows that judges the trials

# What is the same in all trials. configs/README.md lists every setting with its default.
model: {hidden: [128]}           # widths of the hidden layers
training: {epochs: 20, batch_size: 32}

# What varies: any setting of model or training.
parameters:
  learning_rate: {min: 1e-4, max: 1, scale: log}    # each power of ten as likely as the next
  l2:            {min: 1e-7, max: 1e-2, scale: log}
  dropout:       {min: 0.0, max: 0.6}
  # momentum:    {values: [0.0, 0.9, 0.99]}         # one of these

# parallel: {workers: 4}         # trials at the same time; default one a core; changes no result
)";
}

namespace {

// A class with less than this share of what it had among equals makes accuracy misleading.
constexpr double kRareClass = 0.4;

bool has_rare_class(const nn::Dataset& table) {
  if (table.task == nn::Task::kRegression) {
    return false;
  }
  std::vector<std::size_t> rows(table.classes);
  for (const std::uint32_t label : table.labels) {
    ++rows[label];
  }
  const double equal = static_cast<double>(table.rows) / static_cast<double>(table.classes);
  return static_cast<double>(*std::min_element(rows.begin(), rows.end())) < kRareClass * equal;
}

// Small tables need small batches to make enough steps, and can have many epochs.
struct Sizes {
  int hidden;
  int batch;
  int epochs;
};
Sizes sizes_for(std::size_t rows) {
  if (rows < 2'000) {
    return {32, 16, 60};
  }
  return rows < 20'000 ? Sizes{64, 64, 40} : Sizes{128, 256, 20};
}

std::string metric_line(const nn::Dataset& table, bool rare_class) {
  if (table.task == nn::Task::kRegression) {
    return "metric: {name: val_rmse}       # in the target's own unit; or val_mae, val_r2, "
           "val_loss";
  }
  if (rare_class) {
    return "metric: {name: val_balanced_accuracy}  # the classes' mean: one of them is rare";
  }
  return table.task == nn::Task::kBinary
             ? "metric: {name: val_accuracy}   # or val_auc, val_f1, val_balanced_accuracy"
             : "metric: {name: val_accuracy}   # or val_f1, val_balanced_accuracy";
}

std::string target_line(const nn::Dataset& table, bool guessed) {
  std::string target = emit_text(table.target_name);
  if (table.target_name.empty()) {
    return "";
  }
  if (!table.further_target_names.empty()) {
    for (const std::string& name : table.further_target_names) {
      target += ", " + emit_text(name);
    }
    target = "[" + target + "]";
  }
  return fmt::format("  target: {}{}\n", target,
                     guessed ? "  # the last column; name another one here" : "");
}

std::string_view test_line(const nn::Dataset& table) {
  return table.own_test_rows > 0
             ? "# test: 0.2                  # default: the test part that comes with the data"
             : "test: 0.2                    # share of all rows that only the winner sees, at the "
               "end";
}

}  // namespace

std::string sweep_template(const nn::Dataset& table,
                           const std::string& source,
                           const std::string& more,
                           bool guessed) {
  const bool rare_class = has_rare_class(table);
  const Sizes sizes = sizes_for(table.rows);
  const std::string keys =
      more.empty()
          ? "  # columns: {drop: [A, B]}    # leave columns out; configs/README.md has more\n"
          : more;
  return fmt::format(
      R"(# A sweep over {source}: {rows} rows, {columns} features, {task}.
# `hpsearch check` on this file says what each column becomes.

seed: 1                        # the same file and seed give the same results, bit for bit
method: coarse_to_fine         # many short trials, then longer ones around the best; or random, sobol, grid
{metric}
run_cap: 60                    # number of trials; raise it later to extend the sweep

dataset:
  source: {source}
{target}  task: {task}
{keys}  validation: 0.2              # share (or number) of the training rows that judges the trials
  {test}
  # group: COLUMN              # rows that belong together (a person, a day) go into one part
  # order: COLUMN              # rows in time: the last ones are the test part

# What is the same in all trials. configs/README.md lists every setting with its default.
model: {{hidden: [{hidden}]}}
training: {{epochs: {epochs}, batch_size: {batch}}}

# What varies: any setting of model or training.
parameters:
  learning_rate: {{min: 1e-4, max: 1, scale: log}}    # each power of ten as likely as the next
  l2:            {{min: 1e-6, max: 1e-1, scale: log}}
  dropout:       {{min: 0.0, max: 0.5}}
{weights})",
      fmt::arg("source", emit_text(source)), fmt::arg("rows", table.rows),
      fmt::arg("columns", table.columns), fmt::arg("task", nn::to_text(table.task)),
      fmt::arg("metric", metric_line(table, rare_class)),
      fmt::arg("target", target_line(table, guessed)), fmt::arg("test", test_line(table)),
      fmt::arg("keys", keys), fmt::arg("hidden", sizes.hidden), fmt::arg("epochs", sizes.epochs),
      fmt::arg("batch", sizes.batch),
      fmt::arg("weights", rare_class ? "  class_weights: {values: [none, balanced]}\n" : ""));
}

}  // namespace hpsearch::runner

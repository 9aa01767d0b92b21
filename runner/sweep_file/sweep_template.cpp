#include "runner/sweep_file/sweep_template.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "runner/sweep_file/recipe_cost.h"
#include "runner/sweep_file/table_recipe.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {

std::string sweep_template() {
  return
      R"(# A sweep: which parameters to try, on which data, and what counts as best.
# The name of the sweep in the database is this file's name; to give another one: name: my_sweep

seed: 1                          # the same file and seed give the same results, bit for bit
method: bayes                    # learns from the trials before; or random, grid, coarse_to_fine, ...
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

# After 1, 3 and 9 epochs a trial pauses, and goes on only if it is among the best third.
early_terminate: {type: asha, mode: promote}
# parallel: {workers: 4}         # trials at the same time; default one a core
)";
}

namespace {

// Every row judges below this many, as the rows of one part would choose the winner by accident.
constexpr std::size_t kRowsOfFolds = 5'000;
constexpr std::size_t kFolds = 5;
constexpr std::size_t kRowsOfAFold = 5;    // that judge, at least
constexpr std::size_t kRowsOfAClass = 15;  // so that each fold, and the test part, has some

std::vector<std::size_t> class_rows(const nn::Dataset& table) {
  std::vector<std::size_t> rows(table.classes);
  for (const std::uint32_t label : table.labels) {
    ++rows[label];
  }
  return rows;
}

// A class with less than this share of what it had among equals makes accuracy misleading. Of two
// classes, that is a fifth of the rows: only where the class is two and a half times as likely as
// usual would it be the most probable one.
constexpr double kRareClass = 0.4;

bool has_rare_class(const nn::Dataset& table) {
  if (table.task == nn::Task::kRegression) {
    return false;
  }
  const std::vector<std::size_t> rows = class_rows(table);
  const double equal = static_cast<double>(table.rows) / static_cast<double>(table.classes);
  return static_cast<double>(*std::min_element(rows.begin(), rows.end())) < kRareClass * equal;
}

bool can_have_folds(const nn::Dataset& table) {
  const std::vector<std::size_t> rows = class_rows(table);
  return table.rows >= 2 * kFolds * kRowsOfAFold &&
         (rows.empty() || *std::min_element(rows.begin(), rows.end()) >= kRowsOfAClass);
}

// The search is to end within a minute on two cores for tables up to 30,000 rows, and the formula
// may be a third too low. Larger tables get as many trials as those.
constexpr double kSeconds = 40.0;
constexpr std::size_t kRowsOfAMinute = 30'000;
constexpr int kMembers = 5;  // the mean of five is as good as one of more
constexpr int kMostTrials = 12;
constexpr int kMostTrialsOfFewRows = 16;
constexpr std::size_t kFewRows = 1'500;
constexpr int kEnoughTrials = 6;  // rather than fewer, what they vary is cut
constexpr int kFewestTrials = 3;

// How the search goes about it.
struct Plan {
  bool folds = false;
  int trials = kFewestTrials;
  int members = kMembers;
  TableRecipe recipe;
};

// The rows that train a network.
std::size_t training_rows(const nn::Dataset& table) {
  const std::size_t own_test = table.own_test_rows;
  const std::size_t others = table.rows - std::min(table.rows, own_test);
  const std::size_t rest = own_test > 0 ? others : others - others / 5;
  return rest - rest / kFolds;  // or a validation part of as many
}

// As many trials as there is time for.
int trials_within(const TableRecipe& recipe, const TableFacts& facts, SearchSize size) {
  size.trials = size.all_rows < kFewRows ? kMostTrialsOfFewRows : kMostTrials;
  while (size.trials > kFewestTrials && search_seconds(recipe, facts, size) > kSeconds) {
    --size.trials;
  }
  return size.trials;
}

Plan plan_for(const nn::Dataset& table, const TableFacts& facts, bool in_order) {
  Plan plan;
  plan.folds = table.rows < kRowsOfFolds && !in_order && can_have_folds(table);
  const double excess =
      std::max(1.0, static_cast<double>(table.rows) / static_cast<double>(kRowsOfAMinute));
  TableFacts timed = facts;
  timed.rows = static_cast<std::size_t>(static_cast<double>(facts.rows) / excess);
  SearchSize size{.folds = plan.folds ? static_cast<int>(kFolds) : 1,
                  .members = kMembers,
                  .all_rows = std::min(table.rows, kRowsOfAMinute)};
  for (const Breadth breadth :
       {Breadth::kFull, Breadth::kOneBatch, Breadth::kTwoWidths, Breadth::kOneWidth}) {
    plan.recipe = table_recipe(facts, breadth);
    plan.trials = trials_within(plan.recipe, timed, size);
    if (plan.trials >= kEnoughTrials) {
      break;
    }
  }
  plan.members = std::min(kMembers, plan.trials);
  return plan;
}

bool is_searched(const TableRecipe& recipe, const RecipeLine& line) {
  return std::any_of(recipe.ranges.begin(), recipe.ranges.end(),
                     [&](const RecipeLine& range) { return range.key == line.key; });
}

// `key: {...}` with the recipe's lines of a section, but for those that the search varies.
std::string section_line(const TableRecipe& recipe, std::string_view section) {
  constexpr std::size_t kWidth = 100;
  std::string text = fmt::format("{}: {{", section);
  std::size_t column = text.size();
  bool first = true;
  std::vector<RecipeLine> lines = recipe.fixed;
  std::copy_if(recipe.defaults.begin(), recipe.defaults.end(), std::back_inserter(lines),
               [&](const RecipeLine& line) { return !is_searched(recipe, line); });
  for (const RecipeLine& line : lines) {
    if (line.section != section) {
      continue;
    }
    const std::string item = fmt::format("{}: {}", line.key, line.value);
    if (!first && column + item.size() + 3 > kWidth) {
      column = section.size() + 3;
      text += ",\n" + std::string(column, ' ');
    } else if (!first) {
      text += ", ";
      column += 2;
    }
    text += item;
    column += item.size();
    first = false;
  }
  return text + "}\n";
}

std::string configuration_line(const TableRecipe& recipe, const std::vector<RecipeLine>& lines) {
  std::string text;
  for (const RecipeLine& line : lines) {
    if (is_searched(recipe, line)) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", line.key, line.value);
    }
  }
  return "  - {" + text + "}\n";
}

// The recipe's own values of what the search varies, then its second try.
std::string first_configurations(const TableRecipe& recipe) {
  std::string text = configuration_line(recipe, recipe.defaults);
  if (recipe.second.empty()) {
    return text;
  }
  std::vector<RecipeLine> second = recipe.second;
  const auto has = [&](std::string_view key) {
    return std::any_of(second.begin(), second.end(),
                       [&](const RecipeLine& line) { return line.key == key; });
  };
  for (const RecipeLine& line : recipe.defaults) {
    if (line.key != "bins" && !has(line.key)) {
      second.push_back(line);
    }
  }
  return text + configuration_line(recipe, second);
}

std::string parameter_lines(const TableRecipe& recipe) {
  std::string text;
  for (const RecipeLine& line : recipe.ranges) {
    text += fmt::format("  {}: {}\n", line.key, line.value);
  }
  return text;
}

std::string metric_line(const nn::Dataset& table, bool rare_class) {
  if (table.task == nn::Task::kRegression) {
    return "metric: {name: val_rmse}       # in the target's own unit; or val_mae, val_r2, "
           "val_loss";
  }
  if (rare_class) {
    return "metric: {name: val_log_loss}   # one of the classes is rare; or val_auc, "
           "val_balanced_accuracy";
  }
  return table.task == nn::Task::kBinary
             ? "metric: {name: val_accuracy}   # or val_auc, val_f1, val_balanced_accuracy"
             : "metric: {name: val_accuracy}   # or val_f1, val_balanced_accuracy";
}

std::string_view threshold_line(const nn::Dataset& table, bool rare_class) {
  return table.task == nn::Task::kBinary && rare_class
             ? "  threshold: share           # labels: the rare class where it is likelier than "
               "usual; "
               "0.5: the most probable\n"
             : "";
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
             ? "# test: 0.2                # default: the test part that comes with the data"
             : "test: 0.2                  # share of all rows that judges the result once, at the "
               "end";
}

std::string order_line(const Plan& plan) {
  return fmt::format(
      "  # order: COLUMN            # rows in time: the last ones are the test part{}\n",
      plan.folds ? "; instead of folds" : "");
}

std::string_view judges_line(const Plan& plan) {
  return plan.folds ? "folds: 5                   # five networks per trial, each validated on "
                      "another fifth of the rows"
                    : "validation: 0.2            # share (or number) of the training rows that "
                      "judges the trials";
}

}  // namespace

std::string sweep_template(const nn::Dataset& table,
                           const std::string& source,
                           const std::string& more,
                           bool guessed,
                           const std::vector<std::size_t>& distinct) {
  const auto has_line = [&](const char* key) {
    return ("\n" + more).find(fmt::format("\n  {}:", key)) != std::string::npos;
  };
  const bool in_order = has_line("order");
  TableFacts facts = facts_of(table, training_rows(table));
  facts.numbers = !distinct.empty();
  facts.distinct = distinct;
  const Plan plan = plan_for(table, facts, in_order);
  const TableRecipe& recipe = plan.recipe;
  const std::string keys =
      more.empty()
          ? "  # columns: {drop: [A, B]}  # leave columns out; configs/README.md has more\n"
          : more;
  return fmt::format(
      R"(# A sweep over {source}: {rows} rows, {columns} features, {task}.
# `hpsearch check` on this file says what each column becomes.

seed: 1                      # the same file and seed give the same results, bit for bit
method: bayes                # learns from the trials so far; or random, sobol, coarse_to_fine
{metric}
run_cap: {trials:<18}  # number of trials; raise it later to extend the sweep

dataset:
  source: {source}
{target}  task: {task}
{keys}{judges}  {test}
{preprocess}{threshold}  # group: COLUMN            # rows that belong together (a person, a day) go into one part
{order}
# What is the same in all trials: a recipe for tables. configs/README.md explains every setting.
{model}{training}
# The recipe as it is comes first{then}, then what the search finds.
enqueue:
{first}parameters:
{parameters}
# What predicts in the end: a mean of networks from the best trials, trained again on all rows.
ensemble: {{trials: {members}, steps: 40, refit: true}}
)",
      fmt::arg("source", emit_text(source)), fmt::arg("rows", table.rows),
      fmt::arg("columns", table.columns), fmt::arg("task", nn::to_text(table.task)),
      fmt::arg("metric", metric_line(table, has_rare_class(table))),
      fmt::arg("trials", plan.trials), fmt::arg("target", target_line(table, guessed)),
      fmt::arg("keys", keys),
      fmt::arg("judges", has_line("folds") ? "" : fmt::format("  {}\n", judges_line(plan))),
      fmt::arg("test", test_line(table)),
      fmt::arg("preprocess", has_line("preprocess")
                                 ? ""
                                 : fmt::format("  preprocess: {}\n", recipe.fixed.front().value)),
      fmt::arg("threshold",
               has_line("threshold") ? "" : threshold_line(table, has_rare_class(table))),
      fmt::arg("order", in_order ? "" : order_line(plan)),
      fmt::arg("model", section_line(recipe, "model")),
      fmt::arg("training", section_line(recipe, "training")),
      fmt::arg("first", first_configurations(recipe)), fmt::arg("members", plan.members),
      fmt::arg("then",
               recipe.second.empty() ? "" : ", then a large network that may learn rows by heart"),
      fmt::arg("parameters", parameter_lines(recipe)));
}

}  // namespace hpsearch::runner

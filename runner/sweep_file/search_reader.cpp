#include "runner/sweep_file/search_reader.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/console/duration.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/yaml/table_names.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {
namespace {

constexpr int kDefaultStages = 3;

// Reads a word from a table and sets the value that it names.
template <class Table, class Value>
void read_word(MapReader& map, const char* key, const Table& table, Value& value) {
  if (const auto word = map.name(key, table_names(table))) {
    value = std::find_if(table.begin(), table.end(), [&](const auto& row) {
              return row.name == *word;
            })->value;
  }
}

std::vector<search::StageSpec> read_stage_list(const YamlNode& list,
                                               std::vector<Diagnostic>& diagnostics) {
  std::vector<search::StageSpec> stages;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const std::string where = fmt::format("stages[{}]", i);
    MapReader item(list.items[i], where, diagnostics, stage_keys());
    search::StageSpec stage;
    if (item.require("share") != nullptr) {
      stage.share = item.real("share").value_or(1.0);
    }
    if (item.require("epochs") != nullptr) {
      stage.epochs = static_cast<int>(item.integer("epochs").value_or(1));
    }
    stages.push_back(stage);
  }
  return stages;
}

void read_stages(MapReader& search,
                 int epochs,
                 search::SearchOptions& options,
                 std::vector<Diagnostic>& diagnostics) {
  options.stages = search::default_stages(kDefaultStages, epochs);
  const YamlNode* node = search.take("stages");
  if (node == nullptr) {
    return;
  }
  const IntegerRange range = integer_range(find_key(search_keys(), "stages"));
  if (node->kind != YamlNode::Kind::kSequence) {
    if (const auto count = read_integer(*node, "stages", range, diagnostics)) {
      options.stages = search::default_stages(static_cast<int>(*count), epochs);
    }
    return;
  }
  const std::size_t before = diagnostics.size();
  auto stages = read_stage_list(*node, diagnostics);
  if (stages.empty() || std::ssize(stages) > range.max) {
    search.error(
        "stages",
        fmt::format("'stages' takes 1 to {} stages, each {{share: ..., epochs: ...}}", range.max));
    return;
  }
  double sum = 0.0;
  for (const search::StageSpec& stage : stages) {
    sum += stage.share;
  }
  // Only if every share could be read. The slack is for rounded shares, such as 0.333.
  if (diagnostics.size() == before && (sum < 0.999 || sum > 1.001)) {
    search.error(
        "stages",
        fmt::format("the shares of the stages add up to {:.4g}; they must add up to 1", sum));
  }
  options.stages = std::move(stages);
}

// That go with an option: "bayes, tpe, gp".
std::string methods(std::string_view option) {
  std::vector<std::string_view> names;
  for (const search::SamplerInfo& row : search::sampler_table()) {
    if (goes_with(option, row)) {
      names.push_back(row.name);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// Options that only some methods use: `startup` and `warm_start`.
void read_learning(MapReader& search,
                   const search::SamplerInfo& method,
                   search::SearchOptions& options) {
  const auto startup = search.integer("startup");
  if (startup && !goes_with("startup", method)) {
    search.error("startup", fmt::format("'startup' is the number of trials before the model takes "
                                        "over; it needs method: {}; found method: {}",
                                        methods("startup"), method.name));
  } else if (startup) {
    options.startup = static_cast<int>(*startup);
  }
  const auto source = search.text("warm_start");
  if (source && !goes_with("warm_start", method)) {
    search.error("warm_start",
                 fmt::format("method: {} does not learn from trials; 'warm_start' needs {}",
                             method.name, methods("warm_start")));
  } else if (source && source->empty()) {
    search.error(
        "warm_start",
        "'warm_start' is empty; write FILE for a database, or FILE:SWEEP for one of its sweeps");
  } else if (source) {
    options.warm_start = *source;
  }
}

}  // namespace

search::SearchOptions read_search_options(MapReader& top,
                                          const search::SamplerInfo& method,
                                          std::optional<int> epochs,
                                          std::vector<Diagnostic>& diagnostics) {
  search::SearchOptions options;
  const YamlNode* node = top.map("search");
  const YamlNode empty = yaml_map({});
  MapReader search(node != nullptr ? *node : empty, "search", diagnostics, search_keys());
  options.avoid_duplicates = search.name("duplicates") != "allow";
  read_learning(search, method, options);
  if (!method.staged()) {
    for (const KeyInfo& key : search_keys()) {
      const bool of_stages = !goes_with(key.name, method) && key.name != "startup" &&
                             key.name != "warm_start";  // those have a reason of their own
      if (of_stages && search.take(key.name) != nullptr) {
        search.error(key.name, fmt::format("'{}' needs method: coarse_to_fine; found method: {}",
                                           key.name, method.name));
      }
    }
    return options;
  }
  read_stages(search, epochs.value_or(1), options, diagnostics);
  read_word(search, "points", search::kPointsTable, options.points);
  read_word(search, "expand", search::kExpandTable, options.expand);
  options.elite = search.real("elite").value_or(options.elite);
  options.carry = static_cast<int>(search.integer("carry").value_or(options.carry));
  options.shrink = search.real("shrink").value_or(options.shrink);
  return options;
}

search::StopLimits read_limits(MapReader& top,
                               std::optional<double> target,
                               std::int64_t default_trials,
                               std::vector<Diagnostic>& diagnostics) {
  search::StopLimits limits;
  const auto cap = top.integer("run_cap");
  std::optional<std::int64_t> trials;
  limits.target = target;
  if (const YamlNode* node = top.map("stop")) {
    MapReader stop(*node, "stop", diagnostics, stop_keys());
    trials = stop.integer("trials");
    if (cap && trials && *cap != *trials) {
      stop.error(
          "trials",
          fmt::format("'trials' is another name for 'run_cap', which is {}; leave one of them out",
                      *cap));
    }
    limits.epochs = stop.integer("epochs");
    if (const YamlNode* time = stop.take("time")) {
      limits.seconds = parse_duration(time->text);
      if (!limits.seconds) {
        stop.error("time",
                   fmt::format("'time' must be {}; found {}", kDurationForm, describe(*time)));
      }
    }
    limits.failures = stop.integer("failures");
    limits.no_improvement = stop.integer("no_improvement");
    const auto stop_target = stop.real("target");
    if (target && stop_target && *target != *stop_target) {
      stop.error(
          "target",
          fmt::format(
              "'target' is another name for 'metric.target', which is {}; leave one of them out",
              *target));
    }
    limits.target = target ? target : stop_target;
  }
  limits.trials = cap ? *cap : trials ? *trials : default_trials;
  return limits;
}

}  // namespace hpsearch::runner

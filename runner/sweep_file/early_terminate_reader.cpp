#include "runner/sweep_file/early_terminate_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "runner/sweep_file/key_tables.h"
#include "runner/yaml/table_names.h"
#include "runner/yaml/yaml_words.h"
#include "search/pruners/pruner.h"

namespace hpsearch::runner {
namespace {

using search::OptionFault;
using search::PrunerInfo;
using search::PrunerOption;
using search::PrunerSpec;

template <class Read>
std::optional<nn::Value> as_value(const std::optional<Read>& read) {
  return read ? std::optional<nn::Value>(*read) : std::nullopt;
}

std::optional<nn::Value> read_option(MapReader& map, const PrunerOption& option) {
  switch (option.kind) {
    case PrunerOption::Kind::kWhole:
      return as_value(map.integer(option.name, {.min = static_cast<std::int64_t>(option.min),
                                                .max = static_cast<std::int64_t>(option.max)}));
    case PrunerOption::Kind::kReal:
      return as_value(map.real(
          option.name, {.min = option.min,
                        .max = option.max,
                        .min_bound = option.above_min ? Bound::kExcluded : Bound::kIncluded}));
    case PrunerOption::Kind::kTruth:
      return as_value(map.boolean(option.name));
    case PrunerOption::Kind::kWord:
      return as_value(map.name(option.name, split_words(option.words)));
  }
  return std::nullopt;
}

// Where several values together make no sense. Requires that each was read.
void check_options(MapReader& map,
                   const PrunerInfo& info,
                   const PrunerSpec& spec,
                   std::vector<Diagnostic>& diagnostics) {
  if (info.faults == nullptr) {
    return;
  }
  for (OptionFault& fault : info.faults(spec.options)) {
    if (fault.warning) {
      diagnostics.push_back(
          {map.position_of(fault.option), std::move(fault.text), Severity::kWarning});
    } else {
      map.error(fault.option, std::move(fault.text));
    }
  }
}

// What goes on later must have a state to go on from, and be one training.
void refuse_pauses(MapReader& map, int folds, bool can_pause) {
  const YamlNode* mode = map.has("mode") ? map.take("mode") : nullptr;
  if (mode == nullptr || mode->text != "promote" || (can_pause && folds == 0)) {
    return;
  }
  map.error("mode", can_pause ? "a trial in folds cannot pause; write mode: stop"
                              : "a program cannot be paused and continued; write mode: stop");
}

bool is_promoting(const PrunerSpec& spec) {
  const auto mode = spec.options.find("mode");
  return mode != spec.options.end() && mode->second == nn::Value(std::string("promote"));
}

std::optional<PrunerSpec> read_pruner(MapReader& map,
                                      int folds,
                                      bool can_pause,
                                      const ReadWatched& read_watched,
                                      std::vector<Diagnostic>& diagnostics) {
  const auto type = map.require("type") == nullptr
                        ? std::nullopt
                        : map.name("type", table_names(search::pruner_table()));
  if (!type) {
    map.take_rest();  // keys of another type, perhaps
    return std::nullopt;
  }
  const PrunerInfo& info = *search::find_pruner(*type);
  if (info.needs_folds && folds == 0) {
    map.error("type", fmt::format("'{}' compares trials fold by fold; it needs dataset.folds, for "
                                  "instance dataset: {{folds: 5}}",
                                  *type));
  }
  PrunerSpec spec{*type, {}, {}};
  const bool has_mode = std::any_of(info.options.begin(), info.options.end(),
                                    [](const auto& option) { return option.name == "mode"; });
  if (has_mode) {
    refuse_pauses(map, folds, can_pause);
  }
  const std::size_t errors_before = diagnostics.size();
  for (const PrunerOption& option : info.options) {
    auto value = read_option(map, option);
    if (!value) {
      value = search::default_value(option);
    }
    if (value) {
      spec.options.emplace(option.name, *std::move(value));
    }
  }
  if (const YamlNode* metric = info.needs_folds ? nullptr : map.take("metric")) {
    spec.metric = read_watched(*metric);
  }
  if (diagnostics.size() == errors_before) {
    check_options(map, info, spec, diagnostics);
  }
  return spec;
}

}  // namespace

std::optional<search::Metric> read_known_metric(const YamlNode& node,
                                                std::vector<Diagnostic>& diagnostics) {
  const auto known = metric_names();
  std::optional<std::string> name;
  if (node.kind == YamlNode::Kind::kMap) {
    MapReader map(node, "metric", diagnostics, metric_keys());
    name = map.require("name") == nullptr ? std::nullopt : map.name("name", known);
    const auto goal = map.name("goal");
    if (name && goal && *name != search::kLogLoss &&
        *goal != search::to_text(search::find_metric(*name)->goal)) {
      map.error("goal", fmt::format("'{}' is better when {}; leave 'goal' out", *name,
                                    *goal == "maximize" ? "lower" : "higher"));
    }
  } else {
    name = read_name(node, "metric", known, diagnostics);
  }
  if (!name) {
    return std::nullopt;
  }
  const std::string stored = *name == search::kLogLoss ? "val_loss" : *name;
  return search::Metric{stored, search::find_metric(stored)->goal};
}

std::optional<search::Metric> read_reported_metric(const YamlNode& node,
                                                   std::vector<Diagnostic>& diagnostics) {
  search::Metric metric{"", search::Goal::kMinimize};
  std::optional<std::string> name;
  if (node.kind == YamlNode::Kind::kMap) {
    MapReader map(node, "metric", diagnostics, metric_keys());
    name = map.require("name") == nullptr ? std::nullopt : map.text("name");
    if (map.name("goal") == "maximize") {
      metric.goal = search::Goal::kMaximize;
    }
  } else {
    name = read_text(node, "metric", diagnostics);
  }
  if (!name) {
    return std::nullopt;
  }
  metric.name = *name;
  return metric;
}

search::EarlyTerminate read_early_terminate(MapReader& top,
                                            int folds,
                                            bool can_pause,
                                            const ReadWatched& read_watched,
                                            std::vector<Diagnostic>& diagnostics) {
  search::EarlyTerminate pruners;
  const YamlNode* node = top.map("early_terminate");
  if (node == nullptr) {
    return pruners;
  }
  const auto add = [&](std::optional<PrunerSpec> spec) {
    if (spec) {
      pruners.push_back(*std::move(spec));
    }
  };
  MapReader map(*node, "early_terminate", diagnostics);
  const YamlNode* also = map.list("also", "[{type: patience, patience: 10}]");
  add(read_pruner(map, folds, can_pause, read_watched, diagnostics));
  for (std::size_t i = 0; also != nullptr && i < also->items.size(); ++i) {
    MapReader item(also->items[i], fmt::format("also[{}]", i), diagnostics);
    add(read_pruner(item, folds, can_pause, read_watched, diagnostics));
  }
  if (std::count_if(pruners.begin(), pruners.end(), is_promoting) > 1) {
    map.error(
        "also",
        "two pruners have mode: promote, and a trial can only be at one rung; write mode: stop "
        "for one of them");
  }
  return pruners;
}

}  // namespace hpsearch::runner

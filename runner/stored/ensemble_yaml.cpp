#include "runner/stored/ensemble_yaml.h"

#include <algorithm>
#include <set>
#include <vector>

#include "nn/base/utf8.h"
#include "runner/stored/data_paths.h"
#include "runner/stored/stored_spec.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "search/samplers/sampler.h"
#include "search/space/space.h"

namespace hpsearch::runner {
namespace {

// The ensemble's trials, the best first: the choice is among them in this order.
std::vector<storage::TrialRow> trials_of(storage::Queries& queries,
                                         const storage::SweepRow& sweep,
                                         const storage::EnsembleRow& ensemble) {
  std::set<std::uint64_t> numbers;
  for (const storage::EnsembleRow::Member& member : ensemble.members) {
    numbers.insert(member.trial);
  }
  std::vector<storage::TrialRow> trials;
  for (const std::uint64_t number : numbers) {
    trials.push_back(queries.trial(sweep.sweep_id, number).value());
  }
  const bool maximize = sweep.goal == "maximize";
  std::stable_sort(trials.begin(), trials.end(), [&](const auto& a, const auto& b) {
    return maximize ? a.value > b.value : a.value < b.value;
  });
  return trials;
}

std::int64_t steps_of(const storage::EnsembleRow& ensemble, std::int64_t trials) {
  for (const storage::EnsembleRow::MetricValue& metric : ensemble.metrics) {
    if (metric.name == "steps") {
      return static_cast<std::int64_t>(metric.value);
    }
  }
  return trials;
}

}  // namespace

std::string ensemble_yaml(storage::Queries& queries,
                          const storage::SweepRow& sweep,
                          const storage::EnsembleRow& ensemble) {
  YamlNode tree = stored_config(sweep);
  for (const char* key :
       {"name", "method", "run_cap", "stop", "search", "enqueue", "early_terminate", "on_finish"}) {
    erase_key(tree, key);
  }
  if (tree.find("metric") != nullptr) {
    erase_key(child_map(tree, "metric"), "target");
  }
  const std::string suffix = "-ensemble";
  std::string name(cut_utf8(sweep.name, kMaxSweepNameBytes - suffix.size()));
  name += suffix;
  std::replace(name.begin(), name.end(), '~', '-');
  tree.entries.insert(tree.entries.begin(), {"name", {}, yaml_scalar(name)});
  name_data_files(sweep, tree);

  const std::vector<storage::TrialRow> trials = trials_of(queries, sweep, ensemble);
  const auto count = static_cast<std::int64_t>(trials.size());
  set_key(tree, "run_cap", yaml_scalar(count));
  YamlNode& choice = child_map(tree, "ensemble");
  set_key(choice, "trials", yaml_scalar(count));
  set_key(choice, "steps", yaml_scalar(steps_of(ensemble, count)));

  const search::SamplerInfo* method = search::find_sampler(sweep.method);
  if (method != nullptr && method->staged()) {
    const auto stages = stored_spec(sweep).search.stages;
    const auto stage = static_cast<std::size_t>(trials.front().stage);
    if (stage < stages.size()) {
      set_key(child_map(tree, "training"), "epochs",
              yaml_scalar(std::int64_t{stages[stage].epochs}));
    }
  }
  // The seeds depend on the numbers, which are others here.
  const YamlNode* training = tree.find("training");
  const bool own_seed = training != nullptr && training->find("seed") != nullptr;
  const bool varies = child_map(tree, "parameters").find("seed") != nullptr;
  YamlNode seeds;
  seeds.kind = YamlNode::Kind::kSequence;
  YamlNode list;
  list.kind = YamlNode::Kind::kSequence;
  for (const storage::TrialRow& trial : trials) {
    YamlNode one = yaml_map({});
    for (const auto& [parameter, value] : search::parse_params_json(trial.params_json)) {
      set_key(one, parameter, yaml_scalar(value));
    }
    if (!own_seed && !varies) {
      const auto seed = static_cast<std::int64_t>(trial.seed);
      set_key(one, "seed", yaml_scalar(seed));
      seeds.items.push_back(yaml_scalar(seed));
    }
    list.items.push_back(std::move(one));
  }
  if (!seeds.items.empty()) {
    YamlNode seed = yaml_map({});
    set_key(seed, "values", std::move(seeds));
    set_key(child_map(tree, "parameters"), "seed", std::move(seed));
  }
  set_key(tree, "enqueue", std::move(list));
  return emit_yaml(tree);
}

}  // namespace hpsearch::runner

// `check --json`: what the text says, for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "nn/data/training_data.h"
#include "runner/check/estimate.h"
#include "runner/stored/warm_start.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/source_text.h"
#include "storage/shard_events.h"

namespace hpsearch::runner {

// {"format":1,"file":"sweep.yaml","valid":true}: what all answers about this file begin with.
nlohmann::ordered_json check_head(const std::string& path, bool valid);

// Of a valid file: the plan and its space as in the database, and the notes about its keys.
void add_plan(nlohmann::ordered_json& answer,
              const SweepFile& file,
              const search::SweepSpec& spec,
              const std::optional<WarmStart>& warm,
              const std::optional<storage::Shard>& shard);

// The data, the network in the middle of the ranges, and how long the sweep takes here.
void add_training(nlohmann::ordered_json& answer,
                  const search::SweepSpec& spec,
                  const nn::TrainingData& data,
                  const Estimate& estimate,
                  int workers);

// {"format":1,"file":...,"valid":false,"errors":[{"line":8,"column":3,"message":...}]}; line and
// column are null where an error has no place. `errors` is empty for one that is only a
// message.
nlohmann::ordered_json invalid_json(const std::string& path,
                                    const std::vector<Diagnostic>& errors,
                                    const std::string& message);

}  // namespace hpsearch::runner

// The environment of a trial's program, and the files that it names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "search/space/param_set.h"
#include "search/sweep/program_spec.h"

namespace hpsearch::runner {

struct TrialIdentity {
  std::string sweep;         // its name
  std::uint64_t number = 0;  // of the trial
  std::uint64_t seed = 0;
  std::string run_id;                    // unique in the database
  std::filesystem::path parameter_file;  // in the form of W&B's agent
  std::filesystem::path module_folder;   // that has the stand-in for wandb
  int replicate = 0;                     // which of the trial's trainings
};

// `ours` (NAME=value) with
//   HPSEARCH_TRIAL, HPSEARCH_SEED, HPSEARCH_REPLICATE, HPSEARCH_SWEEP
//   HPSEARCH_PARAMS          the parameters as a JSON object, nested ones as maps
//   HPSEARCH_PARAM_<NAME>    each of them as Python's str(); the name in capitals, other characters
//                            than letters and digits as _; neither of two that would be called
//                            alike
//   HPSEARCH_WANDB           "stand-in" if the sweep file says so
//   PYTHONPATH               the module's folder first
//   PYTHONUNBUFFERED         1 unless it is set, so that reports arrive when they are printed
//   WANDB_SWEEP_ID, WANDB_RUN_ID, WANDB_SWEEP_PARAM_PATH; WANDB_DIR unless it is set
// and without WANDB_SERVICE.
std::vector<std::string> trial_environment(const std::vector<std::string>& ours,
                                           const search::ProgramSpec& spec,
                                           const search::ParamSet& params,
                                           const TrialIdentity& trial);

// The parameters as W&B's agent writes them for its library: YAML, wandb_version and for each name
// a map with its value.
std::string parameter_file_text(const nn::ValueMap& params);

}  // namespace hpsearch::runner

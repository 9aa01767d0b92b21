// The words that start a trial of a program, from `command` of the sweep file: W&B's macros, as its
// agent (wandb/wandb_agent.py, wandb/sdk/launch/sweeps/utils.py) replaces them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/space/param_set.h"
#include "search/sweep/program_spec.h"

namespace hpsearch::runner {

// What the macros stand for beside the parameters.
struct CommandPlaces {
  std::string interpreter = "python";
  std::string json_file;  // that holds the parameters; used by ${args_json_file}
  // A variable of the environment, for ${envvar:NAME}.
  std::function<std::optional<std::string>(const std::string& name)> variable;
};

// The parameters as the program knows them, by name: what is nested is one map.
nn::ValueMap named_parameters(const search::ProgramSpec& spec, const search::ParamSet& params);

// One word for each argument; no shell takes part. An item that is a macro as a whole becomes its
// words: none, one or many. ${envvar:NAME} is replaced inside of items too; other macros are not.
std::vector<std::string> command_line(const search::ProgramSpec& spec,
                                      const search::ParamSet& params,
                                      const CommandPlaces& places);

// True if `command` hands the parameters over by any of its words.
bool passes_parameters(const search::ProgramSpec& spec);

}  // namespace hpsearch::runner

// Maps among the values of a parameter: schedule: {values: [constant, {type: step, every: 5}]}.
#pragma once

#include <string>
#include <vector>

#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// `parameters` in the flat form that the reader knows.
struct FlatParameters {
  YamlNode parameters;
  // If a choice stands there with several sets of numbers: which of these go together.
  std::vector<std::string> constraints = {};
};

// Each such parameter becomes one of its words, and each key of its maps a parameter of its own,
// active with the words that take it: schedule.every with the value 5, when schedule is step. A map
// that lacks a key which another map of the same word has takes the setting's default. Adds an
// error for a map without its word, a key that the word does not take or that has no default, and
// for a key that is written as a parameter too.
FlatParameters flatten_choice_maps(const YamlNode& parameters,
                                   std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

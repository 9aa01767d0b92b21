// Reads the values of a program's parameters, which may be anything.
#pragma once

#include "nn/base/value.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Numbers, truth values, null, lists and maps in their own types; whatever else is a text.
nn::Value program_value(const YamlNode& node);

}  // namespace hpsearch::runner

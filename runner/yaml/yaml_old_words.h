// Words that YAML 1.1 reads as booleans and numbers. Sweep files of programs are written for readers
// of that version, such as Python's.
#pragma once

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// Replaces them by what YAML 1.2 has for the same value: yes, no, on and off by booleans, 1_000,
// 010 and 0b11 by decimal numbers.
void replace_old_words(YamlNode& tree);

}  // namespace hpsearch::runner

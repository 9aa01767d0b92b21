// Short ways to parse a text and to say what came of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

struct Parsed {
  std::optional<YamlNode> tree;
  std::vector<Diagnostic> diagnostics;
  std::string errors;  // as shown to the user
};

inline Parsed parse(std::string text) {
  const SourceText source{"sweep.yaml", std::move(text)};
  Parsed parsed;
  parsed.tree = parse_yaml(source, parsed.diagnostics);
  parsed.errors = format_diagnostics(source, parsed.diagnostics);
  return parsed;
}

// The tree of a text without errors.
inline YamlNode tree_of(std::string text) {
  Parsed parsed = parse(std::move(text));
  EXPECT_EQ(parsed.errors, "");
  return std::move(parsed.tree).value_or(YamlNode{});
}

}  // namespace hpsearch::runner

// A YAML document as a tree in which every node knows where it stands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/yaml/source_text.h"

namespace hpsearch::runner {

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  // Where the node's text begins: a block map's first key, an empty value's key, an alias itself
  // (what is inside of an alias stands where its anchor wrote it).
  Position position;
  std::string text;     // of a scalar, as written (after YAML's unquoting)
  bool quoted = false;  // a scalar in quotes, a block scalar or !!str: a text, never a number
  std::string tag;      // of a scalar: "float", "int", "str", "bool", "null", else empty
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a map, in the order written; no key twice
  bool incomplete = false;         // an entry of the map was refused, and is missing here

  // The value of a map's key; nullptr where there is none. Linear in the number of entries.
  const YamlNode* find(std::string_view key) const;
  YamlNode* find(std::string_view key);
};

struct YamlEntry {
  std::string key;
  Position key_position;
  YamlNode value;
};

// Bounds on what is read: no input, however made, costs more than these allow.
inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;
// An alias counts as what it stands for, what has an anchor twice.
inline constexpr std::size_t kMaxYamlNodes = 100'000;
inline constexpr int kMaxYamlDepth = 50;  // maps and lists inside of each other
inline constexpr std::size_t kMaxYamlKeyBytes = 200;

// Reads one document: YAML 1.2, UTF-8, keys that are texts, the core schema's tags, no merge keys.
// Appends every error that can be found to `diagnostics`. Returns nothing where the text is not
// YAML at all; otherwise the tree, without the entries that were refused.
std::optional<YamlNode> parse_yaml(const SourceText& source, std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

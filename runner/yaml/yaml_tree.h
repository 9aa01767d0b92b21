// A YAML document as a tree in which every node knows its position.
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
  // Where the node starts: for a block map its first key, for an empty value its key, for an alias
  // the alias itself (nodes inside it keep their positions at the anchor).
  Position position;
  std::string text;                // of a scalar, as written, without quotes
  bool quoted = false;             // a scalar in quotes, a block scalar or !!str: always text
  std::string tag;                 // of a scalar: "float", "int", "str", "bool", "null", else empty
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a map, in the order written; no key twice
  bool incomplete = false;         // an entry of the map was refused, and is missing here

  // The value of a map's key, or nullptr. Linear in the number of entries.
  const YamlNode* find(std::string_view key) const;
  YamlNode* find(std::string_view key);
};

struct YamlEntry {
  std::string key;
  Position key_position;
  YamlNode value;
};

// Limits on the input, so that no file, however crafted, costs more than these allow.
inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;
// Aliases count in full, as if written out; anchored nodes count twice, since a copy is kept.
inline constexpr std::size_t kMaxYamlNodes = 100'000;
inline constexpr int kMaxYamlDepth = 50;  // nesting of maps and lists
inline constexpr std::size_t kMaxYamlKeyBytes = 200;

// Reads one document: YAML 1.2, UTF-8, text keys only, the tags of the core schema, and the merge keys
// ('<<') of YAML 1.1.
// Appends all errors to `diagnostics`. Returns nothing if the text is not YAML at all, otherwise
// the tree without the refused entries.
std::optional<YamlNode> parse_yaml(const SourceText& source, std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

// Reads typed values from YAML trees and collects all errors instead of stopping at the first.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/base/value.h"
#include "runner/yaml/key_info.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

struct IntegerRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};
// Of a key's row; everything without one.
IntegerRange integer_range(const KeyInfo* key);

enum class Bound { kIncluded, kExcluded };

// A range of finite real numbers: infinities and NaN are never inside.
struct RealRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  Bound min_bound = Bound::kIncluded;
  Bound max_bound = Bound::kIncluded;
};

// Each reads one value; on a mismatch it appends an error and returns nothing. `name` is the
// value's name in messages, without quotes: "seed", "hidden[0]".
std::optional<std::string> read_text(const YamlNode& node,
                                     std::string_view name,
                                     std::vector<Diagnostic>& diagnostics);
// Also accepts real numbers with an integral value: 3.0, 1e3.
std::optional<std::int64_t> read_integer(const YamlNode& node,
                                         std::string_view name,
                                         IntegerRange range,
                                         std::vector<Diagnostic>& diagnostics);
std::optional<double> read_real(const YamlNode& node,
                                std::string_view name,
                                RealRange range,
                                std::vector<Diagnostic>& diagnostics);
std::optional<bool> read_boolean(const YamlNode& node,
                                 std::string_view name,
                                 std::vector<Diagnostic>& diagnostics);
// Exactly one of the known names.
std::optional<std::string> read_name(const YamlNode& node,
                                     std::string_view name,
                                     std::span<const std::string_view> known,
                                     std::vector<Diagnostic>& diagnostics);
// Any scalar in its native type, or a (nested) list of scalars. Null is an error.
std::optional<nn::Value> read_value(const YamlNode& node,
                                    std::string_view name,
                                    std::vector<Diagnostic>& diagnostics);

// Describes a node at the end of a message: "a list", "a map", "null", "'ten'", "3.5".
std::string describe(const YamlNode& node);

// Reads a map key by key. A key without a value, or with null, counts as absent. At the end, every
// key that was never asked for is an error. A node that is not a map is one error, and then reads
// as an empty map.
//
//   MapReader dataset(*node, "dataset", diagnostics);
//   const std::optional<std::string> source = dataset.text("source");
//   const std::int64_t seed = dataset.integer("split_seed", {.min = 0}).value_or(0);
class MapReader {
 public:
  // `where`: the map's own key for messages, without quotes; empty for the whole file. `keys`: the
  // rows that have the ranges and words of keys which are read without any. The node, the
  // diagnostics and the rows must outlive the reader.
  MapReader(const YamlNode& node,
            std::string where,
            std::vector<Diagnostic>& diagnostics,
            std::span<const KeyInfo> keys = {});
  MapReader(const MapReader&) = delete;
  MapReader& operator=(const MapReader&) = delete;
  ~MapReader();  // finish()

  // The value, or nullptr. Asking for a key makes it known.
  const YamlNode* take(std::string_view key);
  // The same, with an error if the key is absent.
  const YamlNode* require(std::string_view key);
  // The same, with an error if the value is not a map, or not a list.
  const YamlNode* map(std::string_view key);
  const YamlNode* list(std::string_view key, std::string_view example = "[1, 2]");

  // Each reads one value: nothing if it is absent, nothing and an error if it has another type.
  // Without a range or words, those of the key's row count.
  std::optional<std::string> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, IntegerRange range);
  std::optional<double> real(std::string_view key);
  std::optional<double> real(std::string_view key, RealRange range);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::string> name(std::string_view key);
  std::optional<std::string> name(std::string_view key, std::span<const std::string_view> known);
  std::optional<nn::Value> value(std::string_view key);

  bool is_map() const { return node_.kind == YamlNode::Kind::kMap; }
  // True if the key has a value. Does not make the key known.
  bool has(std::string_view key) const;
  // Keys that are valid without being asked for here.
  void also_known(std::span<const std::string_view> keys);
  // The entries not asked for so far, for maps with free names. Afterwards no key is unknown.
  std::vector<const YamlEntry*> take_rest();

  // The position of the key; of the map if the key is absent.
  Position position_of(std::string_view key) const;
  // Adds an error at the key, or at the map if the key is absent.
  void error(std::string_view key, std::string message);

  // Reports unknown keys. Only the first call has an effect.
  void finish();

 private:
  bool is_known(std::string_view key) const;
  const YamlNode* take_kind(std::string_view key, YamlNode::Kind kind, std::string_view expected);

  const YamlNode& node_;
  std::string where_;
  std::vector<Diagnostic>& diagnostics_;
  std::span<const KeyInfo> keys_;
  std::vector<std::string> known_;
  bool finished_ = false;  // also set by take_rest(): any key is fine
};

}  // namespace hpsearch::runner

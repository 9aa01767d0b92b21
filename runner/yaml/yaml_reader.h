// Reads settings out of YAML trees and says everything that is wrong with them at once.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/base/value.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

struct IntegerRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

enum class Bound { kIncluded, kExcluded };

// Real numbers; infinities and NaN are never in it.
struct RealRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  Bound min_bound = Bound::kIncluded;
  Bound max_bound = Bound::kIncluded;
};

// One value. Each returns nothing and appends an error where the node is something else.
// `name`: what messages call it, without quotes: "seed", "hidden[0]".
std::optional<std::string> read_text(const YamlNode& node,
                                     std::string_view name,
                                     std::vector<Diagnostic>& diagnostics);
// Also 3.0 and 1e3: real numbers that are whole.
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
// One of the names, letter for letter.
std::optional<std::string> read_name(const YamlNode& node,
                                     std::string_view name,
                                     std::span<const std::string_view> known,
                                     std::vector<Diagnostic>& diagnostics);
// Any single value in its native type, or a list of such. Null is an error.
std::optional<nn::Value> read_value(const YamlNode& node,
                                    std::string_view name,
                                    std::vector<Diagnostic>& diagnostics);

// "a list", "a map", "null", "'ten'", "3.5": what stands there, for the end of a message.
std::string describe(const YamlNode& node);

// Reads a map key by key; a key without a value or with null counts as absent. At the end every key
// that was not asked for is an error. What is not a map is one error, and read as an empty map.
//
//   MapReader dataset(*node, "dataset", diagnostics);
//   const std::optional<std::string> source = dataset.text("source");
//   const std::int64_t seed = dataset.integer("split_seed", {.min = 0}).value_or(0);
class MapReader {
 public:
  // `where`: the map's own key, without quotes, for messages; empty for the whole file. The node
  // and the diagnostics must outlive the reader.
  MapReader(const YamlNode& node, std::string where, std::vector<Diagnostic>& diagnostics);
  MapReader(const MapReader&) = delete;
  MapReader& operator=(const MapReader&) = delete;
  ~MapReader();  // finish()

  // The value, or nullptr. Asking is what makes a key known.
  const YamlNode* take(std::string_view key);
  // The same; an error where it is absent.
  const YamlNode* require(std::string_view key);
  // The same; an error where it is something else than a map or a list.
  const YamlNode* map(std::string_view key);
  const YamlNode* list(std::string_view key);

  // One value each; nothing where it is absent, nothing and an error where it is something else.
  std::optional<std::string> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, IntegerRange range = {});
  std::optional<double> real(std::string_view key, RealRange range = {});
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::string> name(std::string_view key, std::span<const std::string_view> known);
  std::optional<nn::Value> value(std::string_view key);

  // True where the key is written with a value. Does not make it known.
  bool has(std::string_view key) const;
  // Keys that are suggested and not refused, though nobody asks for them here.
  void also_known(std::span<const std::string_view> keys);
  // The entries that nobody asked for yet: free names, such as parameters. No key is unknown after.
  std::vector<const YamlEntry*> take_rest();

  // Where the key is written; the map's place where it is not.
  Position position_of(std::string_view key) const;
  // An error at the key, or at the map where the key is absent.
  void error(std::string_view key, std::string message);

  // Reports unknown keys. Once; later calls do nothing.
  void finish();

 private:
  bool is_known(std::string_view key) const;
  const YamlNode* take_kind(std::string_view key, YamlNode::Kind kind, std::string_view expected);

  const YamlNode& node_;
  std::string where_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<std::string> known_;
  bool finished_ = false;  // or every key is welcome
};

}  // namespace hpsearch::runner

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/console/suggest.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kListedNames = 30;

}  // namespace

IntegerRange integer_range(const KeyInfo* key) {
  IntegerRange range;
  if (key != nullptr && std::isfinite(key->min)) {
    range.min = static_cast<std::int64_t>(key->min);
  }
  if (key != nullptr && std::isfinite(key->max)) {
    range.max = static_cast<std::int64_t>(key->max);
  }
  return range;
}

MapReader::MapReader(const YamlNode& node,
                     std::string where,
                     std::vector<Diagnostic>& diagnostics,
                     std::span<const KeyInfo> keys)
    : node_(node), where_(std::move(where)), diagnostics_(diagnostics), keys_(keys) {
  if (node.kind == YamlNode::Kind::kMap) {
    return;
  }
  const std::string name = where_.empty() ? "the file" : fmt::format("'{}'", where_);
  // "a:1" is a single scalar, and the most common cause of this error.
  const bool lacks_space = node.kind == YamlNode::Kind::kScalar && !node.quoted &&
                           node.text.find(':') != std::string::npos;
  diagnostics_.push_back(
      {node.position,
       fmt::format("{} must be a map, lines of 'key: value'; found {}{}", name, describe(node),
                   lacks_space ? "; a ':' needs a space after it" : "")});
}

MapReader::~MapReader() {
  finish();
}

bool MapReader::is_known(std::string_view key) const {
  return std::ranges::find(known_, key) != known_.end();
}

const YamlNode* MapReader::take(std::string_view key) {
  if (!is_known(key)) {
    known_.emplace_back(key);
  }
  return has(key) ? node_.find(key) : nullptr;
}

const YamlNode* MapReader::require(std::string_view key) {
  const YamlNode* node = take(key);
  // What is missing from an incomplete map may be what was refused.
  if (node == nullptr && node_.kind == YamlNode::Kind::kMap && !node_.incomplete) {
    const std::string place = where_.empty() ? "" : fmt::format(" in '{}'", where_);
    error(key, node_.find(key) != nullptr ? fmt::format("'{}' has no value", key)
                                          : fmt::format("key '{}' is missing{}", key, place));
  }
  return node;
}

const YamlNode* MapReader::take_kind(std::string_view key,
                                     YamlNode::Kind kind,
                                     std::string_view expected) {
  const YamlNode* node = take(key);
  if (node != nullptr && node->kind != kind) {
    diagnostics_.push_back(
        {node->position, fmt::format("'{}' must be {}; found {}", key, expected, describe(*node))});
    return nullptr;
  }
  return node;
}

const YamlNode* MapReader::map(std::string_view key) {
  return take_kind(key, YamlNode::Kind::kMap, "a map, lines of 'key: value'");
}

const YamlNode* MapReader::list(std::string_view key, std::string_view example) {
  return take_kind(key, YamlNode::Kind::kSequence, fmt::format("a list, such as {}", example));
}

std::optional<std::string> MapReader::text(std::string_view key) {
  const YamlNode* node = take(key);
  return node != nullptr ? read_text(*node, key, diagnostics_) : std::nullopt;
}

std::optional<std::int64_t> MapReader::integer(std::string_view key) {
  return integer(key, integer_range(find_key(keys_, key)));
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, IntegerRange range) {
  const YamlNode* node = take(key);
  return node != nullptr ? read_integer(*node, key, range, diagnostics_) : std::nullopt;
}

std::optional<double> MapReader::real(std::string_view key) {
  const KeyInfo* row = find_key(keys_, key);
  return row == nullptr
             ? real(key, {})
             : real(key, {.min = row->min,
                          .max = row->max,
                          .min_bound = row->above_min ? Bound::kExcluded : Bound::kIncluded});
}

std::optional<double> MapReader::real(std::string_view key, RealRange range) {
  const YamlNode* node = take(key);
  return node != nullptr ? read_real(*node, key, range, diagnostics_) : std::nullopt;
}

std::optional<bool> MapReader::boolean(std::string_view key) {
  const YamlNode* node = take(key);
  return node != nullptr ? read_boolean(*node, key, diagnostics_) : std::nullopt;
}

std::optional<std::string> MapReader::name(std::string_view key) {
  const KeyInfo* row = find_key(keys_, key);
  return row == nullptr || row->words == nullptr ? text(key) : name(key, row->words());
}

std::optional<std::string> MapReader::name(std::string_view key,
                                           std::span<const std::string_view> known) {
  const YamlNode* node = take(key);
  return node != nullptr ? read_name(*node, key, known, diagnostics_) : std::nullopt;
}

std::optional<nn::Value> MapReader::value(std::string_view key) {
  const YamlNode* node = take(key);
  return node != nullptr ? read_value(*node, key, diagnostics_) : std::nullopt;
}

bool MapReader::has(std::string_view key) const {
  const YamlNode* node = node_.find(key);
  return node != nullptr && node->kind != YamlNode::Kind::kNull;
}

void MapReader::also_known(std::span<const std::string_view> keys) {
  known_.insert(known_.end(), keys.begin(), keys.end());
}

std::vector<const YamlEntry*> MapReader::take_rest() {
  std::vector<const YamlEntry*> rest;
  for (const YamlEntry& entry : node_.entries) {
    if (!is_known(entry.key)) {
      rest.push_back(&entry);
    }
  }
  finished_ = true;
  return rest;
}

Position MapReader::position_of(std::string_view key) const {
  const auto entry = std::ranges::find(node_.entries, key, &YamlEntry::key);
  return entry != node_.entries.end() ? entry->key_position : node_.position;
}

void MapReader::error(std::string_view key, std::string message) {
  diagnostics_.push_back({position_of(key), std::move(message)});
}

void MapReader::finish() {
  if (std::exchange(finished_, true)) {
    return;
  }
  std::vector<std::string_view> names(known_.begin(), known_.end());
  const std::string place = where_.empty() ? "" : fmt::format(" in '{}'", where_);
  for (const YamlEntry& entry : node_.entries) {
    if (is_known(entry.key)) {
      continue;
    }
    std::string hint = did_you_mean(entry.key, names);
    if (hint.empty() && !names.empty() && names.size() <= kListedNames) {
      hint = fmt::format("; valid keys: {}", fmt::join(names, ", "));
    }
    diagnostics_.push_back(
        {entry.key_position, fmt::format("unknown key {}{}{}", in_quotes(entry.key), place, hint)});
  }
}

}  // namespace hpsearch::runner

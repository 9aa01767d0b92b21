#include "runner/yaml/yaml_diff.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <variant>

#include <fmt/format.h>

#include "runner/yaml/yaml_emit.h"
#include "runner/yaml/yaml_scalar.h"

namespace hpsearch::runner {
namespace {

struct Leaf {
  std::string path;
  std::string value;
};

// A canonical spelling per value: equal values give equal texts, and text is quoted if it looks
// like a number.
std::string leaf_text(const YamlNode& node) {
  const Scalar scalar = read_scalar(node);
  if (std::holds_alternative<NullScalar>(scalar)) {
    return "null";
  }
  if (std::holds_alternative<ScalarError>(scalar)) {
    return node.tag.empty() ? node.text : fmt::format("!!{} {}", node.tag, node.text);
  }
  const nn::Value& value = std::get<nn::Value>(scalar);
  const std::string* text = std::get_if<std::string>(&value);
  return text != nullptr ? emit_text(*text) : nn::to_text(value);
}

// Quotes keys with characters that have a meaning in paths.
std::string key_in_path(const std::string& key) {
  constexpr std::string_view kSimple =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool simple = !key.empty() && key.find_first_not_of(kSimple) == std::string::npos;
  if (simple) {
    return key;
  }
  const std::string written = emit_text(key);
  return written == key ? fmt::format("'{}'", key) : written;
}

void collect_leaves(const YamlNode& node, const std::string& path, std::vector<Leaf>& leaves) {
  const bool is_map = node.kind == YamlNode::Kind::kMap;
  if (!is_map && node.kind != YamlNode::Kind::kSequence) {
    leaves.push_back({path, leaf_text(node)});
    return;
  }
  if (node.entries.empty() && node.items.empty()) {
    leaves.push_back({path, is_map ? "{}" : "[]"});
    return;
  }
  for (const YamlEntry& entry : node.entries) {
    collect_leaves(entry.value, path + (path.empty() ? "" : ".") + key_in_path(entry.key), leaves);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    collect_leaves(node.items[i], fmt::format("{}[{}]", path, i), leaves);
  }
}

std::vector<Leaf> leaves_of(const YamlNode& node) {
  std::vector<Leaf> leaves;
  collect_leaves(node, "", leaves);
  return leaves;
}

// 1 and 1.0 are the same number to whoever reads them: what takes only one of them says so.
bool same_value(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) -> std::optional<double> {
    double value = 0.0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(value) : std::nullopt;
  };
  if (a == b) {
    return true;
  }
  const auto one = number(a);
  return one && one == number(b);
}

using LeafTable = std::unordered_map<std::string, std::string>;

LeafTable table_of(const std::vector<Leaf>& leaves) {
  LeafTable table;
  for (const auto& [path, value] : leaves) {
    table.emplace(path, value);
  }
  return table;
}

}  // namespace

std::vector<YamlDifference> diff_yaml(const YamlNode& before, const YamlNode& after) {
  const std::vector<Leaf> old_leaves = leaves_of(before);
  const std::vector<Leaf> new_leaves = leaves_of(after);
  const LeafTable old_table = table_of(old_leaves);
  const LeafTable new_table = table_of(new_leaves);
  std::vector<YamlDifference> differences;
  for (const auto& [path, value] : old_leaves) {
    const auto now = new_table.find(path);
    if (now == new_table.end() || !same_value(now->second, value)) {
      differences.push_back({path, value, now == new_table.end() ? "" : now->second});
    }
  }
  for (const auto& [path, value] : new_leaves) {
    if (!old_table.contains(path)) {
      differences.push_back({path, "", value});
    }
  }
  return differences;
}

// Part of the hash that identifies stored sweeps (config_hash()): the format must never change.
std::string canonical_text(const YamlNode& node) {
  std::vector<std::string> lines;
  for (const auto& [path, value] : leaves_of(node)) {
    lines.push_back(fmt::format("{} = {}\n", path, value));
  }
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) {
    text += line;
  }
  return text;
}

}  // namespace hpsearch::runner

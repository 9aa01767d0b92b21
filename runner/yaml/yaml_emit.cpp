#include "runner/yaml/yaml_emit.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "runner/yaml/yaml_scalar.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kLineWidth = 80;
constexpr std::size_t kIndent = 2;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// True if the text needs no quotes in any context: block, flow ([a, b]) or key. Stricter than YAML,
// because yaml-cpp refuses {a?b: 1}.
bool is_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.starts_with("---") ||
      text.starts_with("...")) {
    return false;
  }
  const char first = text.front();
  const bool sign = text.size() > 1 && (first == '-' || first == '+') &&
                    (is_letter_or_digit(text[1]) || text[1] == '.');
  const bool plain_start = is_letter_or_digit(first) || sign || first == '.' || first == '/' ||
                           first == '_' || first == '<' || first == '(' || first == '$' ||
                           first == '~' || static_cast<unsigned char>(first) >= 0x80;
  if (!plain_start || text.find_first_of(",[]{}:?#\"'\\\n\t\r") != std::string_view::npos) {
    return false;
  }
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (!c.valid || is_control(c.value)) {
      return false;
    }
    i += c.size;
  }
  return true;
}

bool reads_as_text(std::string_view text) {
  const Scalar scalar = read_scalar(text);
  const nn::Value* value = std::get_if<nn::Value>(&scalar);
  return value != nullptr && std::holds_alternative<std::string>(*value);
}

std::string double_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (c.value == U'"' || c.value == U'\\') {
      quoted.append("\\").append(text.substr(i, 1));
    } else if (c.value == U'\n') {
      quoted += "\\n";
    } else if (c.value == U'\t') {
      quoted += "\\t";
    } else if (!c.valid || is_control(c.value)) {
      quoted += c.value < 0x100 ? fmt::format("\\x{:02x}", unsigned{c.value})
                                : fmt::format("\\u{:04x}", unsigned{c.value});
    } else {
      quoted += text.substr(i, c.size);
    }
    i += c.size;
  }
  return quoted + '"';
}

std::string quote(std::string_view text) {
  bool needs_escapes = false;
  std::string doubled;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    needs_escapes = needs_escapes || !c.valid || is_control(c.value);
    doubled += text.substr(i, c.size);
    doubled += c.value == U'\'' ? "'" : "";
    i += c.size;
  }
  return needs_escapes ? double_quoted(text) : "'" + doubled + "'";
}

std::string emit_key(std::string_view key) {
  return key == "<<" ? "'<<'" : emit_text(key);
}

bool is_leaf(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar || node.kind == YamlNode::Kind::kNull ||
         (node.items.empty() && node.entries.empty());
}

// A scalar, null, or empty map or list, on one line. Numbers keep their spelling.
std::string emit_leaf(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kSequence:
      return "[]";
    case YamlNode::Kind::kMap:
      return "{}";
    case YamlNode::Kind::kScalar:
      break;
  }
  if (node.quoted || node.tag == "str") {
    return emit_text(node.text);
  }
  const std::string tag = node.tag.empty() ? "" : "!!" + node.tag + " ";
  if (node.text.empty()) {
    return node.tag.empty() ? "null" : tag + "''";
  }
  // Neither plain nor text: an ambiguous number such as 1,5. It is written as it is, and refused
  // again when it is read.
  return tag + (is_plain(node.text) || !reads_as_text(node.text) ? node.text : quote(node.text));
}

// True if the node can go between brackets, where an ambiguous 1,5 would become two values.
bool fits_in_flow(const YamlNode& node) {
  return is_leaf(node) &&
         (node.kind != YamlNode::Kind::kScalar || emit_leaf(node).find(',') == std::string::npos ||
          reads_as_text(node.text) || node.quoted);
}

std::optional<std::string> flow_sequence(const YamlNode& node) {
  if (!std::ranges::all_of(node.items, fits_in_flow)) {
    return std::nullopt;
  }
  std::string text = "[";
  for (const YamlNode& item : node.items) {
    text.append(text.size() > 1 ? ", " : "").append(emit_leaf(item));
  }
  return text + "]";
}

std::optional<std::string> flow_map(const YamlNode& node) {
  std::string text = "{";
  for (const YamlEntry& entry : node.entries) {
    const std::optional<std::string> value = fits_in_flow(entry.value) ? emit_leaf(entry.value)
                                             : entry.value.kind == YamlNode::Kind::kSequence
                                                 ? flow_sequence(entry.value)
                                                 : std::nullopt;
    if (!value) {
      return std::nullopt;
    }
    text.append(text.size() > 1 ? ", " : "")
        .append(emit_key(entry.key))
        .append(": ")
        .append(*value);
  }
  return text + "}";
}

// The node on one line, if it fits after `column` columns.
std::optional<std::string> one_line(const YamlNode& node, std::size_t column) {
  if (is_leaf(node)) {
    return emit_leaf(node);
  }
  std::optional<std::string> text =
      node.kind == YamlNode::Kind::kSequence ? flow_sequence(node) : flow_map(node);
  if (text && column + count_code_points(*text) >= kLineWidth) {
    text.reset();
  }
  return text;
}

void emit_block(const YamlNode& node, std::size_t indent, std::string& out);

// Writes what follows "key:". `column`: where a value on the same line would start.
void emit_value(const YamlNode& node, std::size_t column, std::size_t indent, std::string& out) {
  if (const std::optional<std::string> line = one_line(node, column)) {
    out.append(" ").append(*line).append("\n");
    return;
  }
  out += "\n";
  emit_block(node, indent, out);
}

// Writes the lines of a non-empty map or list, each indented by `indent` spaces.
void emit_block(const YamlNode& node, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  for (const YamlEntry& entry : node.entries) {
    const std::string key = emit_key(entry.key);
    out.append(margin).append(key).append(":");
    emit_value(entry.value, indent + count_code_points(key) + 2, indent + kIndent, out);
  }
  for (const YamlNode& item : node.items) {
    out.append(margin).append("-");
    if (const std::optional<std::string> line = one_line(item, indent + 2)) {
      out.append(" ").append(*line).append("\n");
      continue;
    }
    // The first line of a nested map or list goes on the line of the dash.
    std::string nested;
    emit_block(item, indent + kIndent, nested);
    out.append(" ").append(std::string_view(nested).substr(indent + kIndent));
  }
}

}  // namespace

std::string emit_yaml(const YamlNode& node) {
  if (is_leaf(node)) {
    return emit_leaf(node) + "\n";
  }
  std::string out;
  emit_block(node, 0, out);
  return out;
}

std::string emit_text(std::string_view text) {
  return is_plain(text) && reads_as_text(text) ? std::string(text) : quote(text);
}

YamlNode yaml_scalar(const nn::Value& value) {
  YamlNode node;
  if (const nn::ValueList* list = std::get_if<nn::ValueList>(&value)) {
    node.kind = YamlNode::Kind::kSequence;
    std::ranges::transform(*list, std::back_inserter(node.items), yaml_scalar);
    return node;
  }
  if (const nn::ValueMap* map = std::get_if<nn::ValueMap>(&value)) {
    node.kind = YamlNode::Kind::kMap;
    for (const nn::ValueEntry& entry : *map) {
      node.entries.push_back({entry.name, {}, yaml_scalar(entry.value)});
    }
    return node;
  }
  if (std::holds_alternative<nn::NullValue>(value)) {
    return node;
  }
  node.kind = YamlNode::Kind::kScalar;
  node.text = nn::to_text(value);
  node.quoted = std::holds_alternative<std::string>(value);
  return node;
}

YamlNode yaml_null() {
  return {};
}

YamlNode yaml_sequence(std::vector<YamlNode> items) {
  YamlNode node;
  node.kind = YamlNode::Kind::kSequence;
  node.items = std::move(items);
  return node;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved from, through the binding
YamlNode yaml_map(std::vector<std::pair<std::string, YamlNode>> entries) {
  YamlNode node;
  node.kind = YamlNode::Kind::kMap;
  for (auto& [key, value] : entries) {
    node.entries.push_back({std::move(key), {}, std::move(value)});
  }
  return node;
}

}  // namespace hpsearch::runner

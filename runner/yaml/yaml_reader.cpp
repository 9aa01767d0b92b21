#include "runner/yaml/yaml_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/console/suggest.h"
#include "runner/yaml/yaml_scalar.h"

namespace hpsearch::runner {
namespace {

constexpr double kTwoTo63 = 0x1p63;

void add_error(const YamlNode& node, std::string message, std::vector<Diagnostic>& diagnostics) {
  diagnostics.push_back({node.position, std::move(message)});
}

// "write seed: 7", or "write 7" for an item of a list.
std::string remedy(std::string_view name, std::string_view text) {
  return name.ends_with(']') ? fmt::format("write {}", text)
                             : fmt::format("write {}: {}", name, text);
}

// Adds the error for a node that does not match `expected`.
void add_mismatch(const YamlNode& node,
                  std::string_view name,
                  std::string_view expected,
                  std::vector<Diagnostic>& diagnostics) {
  add_error(node, fmt::format("'{}' must be {}; found {}", name, expected, describe(node)),
            diagnostics);
}

// The value of a scalar, or nothing and an error. `wanted` accepts values of the right type. A
// quoted number gets a message of its own, which tells the user to remove the quotes.
template <typename Wanted>
std::optional<nn::Value> read_typed(const YamlNode& node,
                                    std::string_view name,
                                    std::string_view expected,
                                    Wanted wanted,
                                    std::vector<Diagnostic>& diagnostics) {
  if (node.kind != YamlNode::Kind::kScalar) {
    add_mismatch(node, name, expected, diagnostics);
    return std::nullopt;
  }
  Scalar scalar = read_scalar(node);
  if (const ScalarError* error = std::get_if<ScalarError>(&scalar)) {
    add_error(node, fmt::format("'{}': {}", name, error->message), diagnostics);
    return std::nullopt;
  }
  if (nn::Value* value = std::get_if<nn::Value>(&scalar); value != nullptr && wanted(*value)) {
    return std::move(*value);
  }
  const Scalar unquoted = read_scalar(node.text);
  const nn::Value* meant = std::get_if<nn::Value>(&unquoted);
  if (node.quoted && meant != nullptr && wanted(*meant)) {
    const char* why = node.tag == "str" ? "has the tag !!str" : "is quoted";
    add_error(node, fmt::format("'{}' {}, so it is text; {}", name, why, remedy(name, node.text)),
              diagnostics);
    return std::nullopt;
  }
  add_mismatch(node, name, expected, diagnostics);
  return std::nullopt;
}

std::string describe_range(IntegerRange range) {
  const bool has_min = range.min != IntegerRange{}.min;
  const bool has_max = range.max != IntegerRange{}.max;
  if (has_min && has_max) {
    return fmt::format("a whole number from {} to {}", range.min, range.max);
  }
  return has_min   ? fmt::format("a whole number of at least {}", range.min)
         : has_max ? fmt::format("a whole number of at most {}", range.max)
                   : "a whole number";
}

// A number as a sentence writes it: 1, not 1.0.
std::string bound_text(double bound) {
  const std::string text = nn::to_text(nn::Value(bound));
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string describe_range(const RealRange& range) {
  const bool has_min = std::isfinite(range.min);
  const bool has_max = std::isfinite(range.max);
  const std::string min = bound_text(range.min);
  const std::string max = bound_text(range.max);
  const bool open_min = range.min_bound == Bound::kExcluded;
  const bool open_max = range.max_bound == Bound::kExcluded;
  if (has_min && has_max && !open_min && !open_max) {
    return fmt::format("a number from {} to {}", min, max);
  }
  const std::string above = fmt::format("{} {}", open_min ? "above" : "of at least", min);
  const std::string below = fmt::format("{} {}", open_max ? "below" : "of at most", max);
  if (has_min && has_max) {
    return fmt::format("a number {} and {}", above, below);
  }
  return has_min ? "a number " + above : has_max ? "a number " + below : "a finite number";
}

bool is_within(double value, const RealRange& range) {
  const bool above = range.min_bound == Bound::kExcluded ? value > range.min : value >= range.min;
  const bool below = range.max_bound == Bound::kExcluded ? value < range.max : value <= range.max;
  return std::isfinite(value) && above && below;
}

std::optional<std::int64_t> as_integer(const nn::Value& value) {
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) {
    return *integer;
  }
  const double* real = std::get_if<double>(&value);
  const bool whole = real != nullptr && std::trunc(*real) == *real && std::abs(*real) < kTwoTo63;
  return whole ? std::optional(static_cast<std::int64_t>(*real)) : std::nullopt;
}

template <typename Type>
bool holds(const nn::Value& value) {
  return std::holds_alternative<Type>(value);
}

bool is_number(const nn::Value& value) {
  return value.is_number();
}

}  // namespace

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kScalar:
      break;
  }
  const Scalar scalar = read_scalar(node);
  const nn::Value* value = std::get_if<nn::Value>(&scalar);
  const bool text = value == nullptr || std::holds_alternative<std::string>(*value);
  return text ? in_quotes(node.text) : node.text;
}

std::optional<std::string> read_text(const YamlNode& node,
                                     std::string_view name,
                                     std::vector<Diagnostic>& diagnostics) {
  if (node.kind != YamlNode::Kind::kScalar) {
    add_mismatch(node, name, "text", diagnostics);
    return std::nullopt;
  }
  const Scalar scalar = read_scalar(node);
  const nn::Value* value = std::get_if<nn::Value>(&scalar);
  if (value != nullptr && holds<std::string>(*value)) {
    return node.text;
  }
  // A number, boolean or null: show how to write it as text.
  add_error(node,
            fmt::format("'{}' must be text; found {}; {}", name, describe(node),
                        remedy(name, in_quotes(node.text))),
            diagnostics);
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const YamlNode& node,
                                         std::string_view name,
                                         IntegerRange range,
                                         std::vector<Diagnostic>& diagnostics) {
  const std::string expected = describe_range(range);
  const std::optional<nn::Value> value = read_typed(node, name, expected, is_number, diagnostics);
  if (!value) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> integer = as_integer(*value);
  if (!integer || *integer < range.min || *integer > range.max) {
    add_mismatch(node, name, expected, diagnostics);
    return std::nullopt;
  }
  return integer;
}

std::optional<double> read_real(const YamlNode& node,
                                std::string_view name,
                                RealRange range,
                                std::vector<Diagnostic>& diagnostics) {
  const std::string expected = describe_range(range);
  const std::optional<nn::Value> value = read_typed(node, name, expected, is_number, diagnostics);
  if (!value) {
    return std::nullopt;
  }
  if (!is_within(value->number(), range)) {
    const bool finite = std::isfinite(value->number());
    add_mismatch(node, name, finite ? expected : "a finite number", diagnostics);
    return std::nullopt;
  }
  return value->number();
}

std::optional<bool> read_boolean(const YamlNode& node,
                                 std::string_view name,
                                 std::vector<Diagnostic>& diagnostics) {
  const std::optional<nn::Value> value =
      read_typed(node, name, "true or false", holds<bool>, diagnostics);
  return value ? std::optional(std::get<bool>(*value)) : std::nullopt;
}

std::optional<std::string> read_name(const YamlNode& node,
                                     std::string_view name,
                                     std::span<const std::string_view> known,
                                     std::vector<Diagnostic>& diagnostics) {
  const bool scalar = node.kind == YamlNode::Kind::kScalar;
  if (scalar && std::ranges::find(known, node.text) != known.end()) {
    return node.text;
  }
  const std::string_view one_of = known.size() > 1 ? "one of " : "";
  add_error(node,
            fmt::format("'{}' must be {}{}; found {}{}", name, one_of, fmt::join(known, ", "),
                        describe(node), scalar ? did_you_mean(node.text, known) : ""),
            diagnostics);
  return std::nullopt;
}

std::optional<nn::Value> read_value(const YamlNode& node,
                                    std::string_view name,
                                    std::vector<Diagnostic>& diagnostics) {
  if (node.kind != YamlNode::Kind::kSequence) {
    return read_typed(
        node, name, "a single value or a list", [](const auto&) { return true; }, diagnostics);
  }
  nn::ValueList list;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (std::optional<nn::Value> item =
            read_value(node.items[i], fmt::format("{}[{}]", name, i), diagnostics)) {
      list.push_back(*std::move(item));
    }
  }
  return list.size() == node.items.size() ? std::optional<nn::Value>(std::move(list))
                                          : std::nullopt;
}

}  // namespace hpsearch::runner

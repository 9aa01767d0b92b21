#include "runner/yaml/yaml_old_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "runner/yaml/yaml_scalar.h"

namespace hpsearch::runner {
namespace {

constexpr std::array<std::string_view, 6> kYes{"yes", "Yes", "YES", "on", "On", "ON"};
constexpr std::array<std::string_view, 6> kNo{"no", "No", "NO", "off", "Off", "OFF"};

// Whole numbers to a base that the text's beginning names: 0b11, 010.
std::optional<std::string> based_number(std::string_view digits) {
  const bool binary = digits.starts_with("0b");
  if (!binary && (digits.size() < 2 || digits[0] != '0')) {
    return std::nullopt;
  }
  digits.remove_prefix(binary ? 2 : 1);
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value, binary ? 2 : 8);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(std::to_string(value))
                                                   : std::nullopt;
}

void replace_scalar(YamlNode& node) {
  if (std::ranges::find(kYes, node.text) != kYes.end()) {
    node.text = "true";
    return;
  }
  if (std::ranges::find(kNo, node.text) != kNo.end()) {
    node.text = "false";
    return;
  }
  std::string digits;
  std::ranges::copy_if(node.text, std::back_inserter(digits), [](char c) { return c != '_'; });
  const bool begins = !node.text.empty() && node.text.front() != '_' && node.text.back() != '_';
  const std::size_t sign = digits.starts_with('-') || digits.starts_with('+') ? 1 : 0;
  if (const auto based = based_number(std::string_view(digits).substr(sign)); based && begins) {
    node.text = digits.substr(0, sign) + *based;
    return;
  }
  const Scalar value = read_scalar(digits);
  const auto* number = std::get_if<nn::Value>(&value);
  if (digits.size() < node.text.size() && begins && number != nullptr && number->is_number()) {
    node.text = digits;
  }
}

}  // namespace

void replace_old_words(YamlNode& tree) {
  if (tree.kind == YamlNode::Kind::kScalar && !tree.quoted && tree.tag.empty()) {
    replace_scalar(tree);
  }
  for (YamlNode& item : tree.items) {
    replace_old_words(item);
  }
  for (YamlEntry& entry : tree.entries) {
    replace_old_words(entry.value);
  }
}

}  // namespace hpsearch::runner

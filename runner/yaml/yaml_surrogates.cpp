#include "runner/yaml/yaml_surrogates.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "nn/base/utf8.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kEscape = 6;  // bytes of \ud83d
constexpr int kMostPairs = 1000;    // each costs a parse
constexpr std::uint32_t kHigh = 0xD800;
constexpr std::uint32_t kLow = 0xDC00;
constexpr std::uint32_t kEnd = 0xE000;

// Hears everything, keeps nothing.
class Listener : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&,
                const std::string&,
                YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&,
                       const std::string&,
                       YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&,
                  const std::string&,
                  YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// The number of the escape \u and four hexadecimal digits at `offset`, if one is there.
std::optional<std::uint32_t> escape_at(std::string_view text, std::size_t offset) {
  const std::string_view escape = text.substr(std::min(offset, text.size()), kEscape);
  std::uint32_t number = 0;
  const bool begins = escape.size() == kEscape && escape.starts_with("\\u");
  if (!begins) {
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(escape.data() + 2, escape.data() + kEscape, number, 16);
  return error == std::errc() && end == escape.data() + kEscape ? std::optional(number)
                                                                : std::nullopt;
}

std::size_t offset_of(std::string_view text, const YAML::Mark& mark) {
  std::size_t offset = 0;
  for (int line = 0; line < mark.line && offset < text.size(); ++line) {
    offset = std::min(text.find('\n', offset), text.size() - 1) + 1;
  }
  for (int column = 0; column < mark.column && offset < text.size(); ++column) {
    offset += code_point_at(text, offset).size;
  }
  return offset;
}

// Joins the pair whose first half ends at `offset`, where yaml-cpp refused it. False if none does.
bool join_pair(std::string& text, std::size_t offset) {
  if (offset < kEscape) {
    return false;
  }
  const auto high = escape_at(text, offset - kEscape);
  const auto low = escape_at(text, offset);
  if (!high || !low || *high < kHigh || *high >= kLow || *low < kLow || *low >= kEnd) {
    return false;
  }
  const std::uint32_t character = 0x10000 + ((*high - kHigh) << 10) + (*low - kLow);
  const std::string joined = fmt::format("\\U{:08x}", character);
  text.replace(offset - kEscape, 2 * kEscape, joined);
  // Spaces after the closing quote make up for what is missing.
  std::size_t quote = offset - kEscape + joined.size();
  while (quote < text.size() && text[quote] != '"') {
    quote += text[quote] == '\\' ? std::size_t{2} : std::size_t{1};
  }
  if (quote < text.size()) {
    text.insert(quote + 1, 2 * kEscape - joined.size(), ' ');
  }
  return true;
}

bool may_have_pairs(std::string_view text) {
  return text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos;
}

}  // namespace

std::string join_surrogates(std::string text) {
  for (int pairs = 0; pairs < kMostPairs && may_have_pairs(text); ++pairs) {
    try {
      std::istringstream stream(text);
      Listener listener;
      YAML::Parser(stream).HandleNextDocument(listener);
      return text;
    } catch (const YAML::Exception& refusal) {
      if (!join_pair(text, offset_of(text, refusal.mark))) {
        return text;
      }
    }
  }
  return text;
}

}  // namespace hpsearch::runner

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "runner/yaml/yaml_text.h"

namespace hpsearch::runner {
namespace {

struct Sentence {
  std::string_view yaml_cpp;  // the start of yaml-cpp's message
  std::string_view ours;
};

// Messages that depend on the text itself are in sentence_for().
constexpr std::array kSentences = std::to_array<Sentence>({
    {"end of map flow not found", "expected ',' or '}' here; a map opened with '{' ends with '}'"},
    {"end of sequence flow not found",
     "expected ',' or ']' here; a list opened with '[' ends with ']'"},
    {"illegal flow end", "this bracket closes nothing; remove it, or put the text in quotes"},
    {"illegal block entry",
     "a list item '- ' needs a line of its own; or write the list as [a, b]"},
    {"illegal map key", "a key cannot be here; put it on a line of its own"},
    {"illegal EOF in scalar", "the quoted text has no closing quote"},
    {"illegal document indicator in scalar",
     "the quoted text before this line has no closing quote"},
    {"unknown escape character",
     "unknown escape in double quotes; write \\\\ for a backslash, or use single quotes"},
    {"bad character found while scanning hex number",
     "\\x needs 2, \\u 4 and \\U 8 hexadecimal digits"},
    {"invalid unicode", "not a valid Unicode character"},
    {"the referenced anchor is not defined", "no '&' anchor with this name is defined above"},
    {"alias not found after *", "put text that starts with '*' in quotes"},
    {"anchor not found after &", "put text that starts with '&' in quotes"},
    {"illegal character found while scanning alias", "put text that starts with '*' in quotes"},
    {"illegal character found while scanning anchor", "put text that starts with '&' in quotes"},
    {"aliases can't have any content", "an alias cannot have a tag or an anchor; remove it"},
    {"cannot assign multiple anchors", "a value can have only one '&' anchor"},
    {"cannot assign multiple tags", "a value can have only one '!' tag"},
    {"cannot assign multiple aliases", "a value can have only one '*' alias"},
    {"tag handle with no suffix", "put text that starts with '!' in quotes"},
    {"illegal character found while scanning tag handle",
     "put text that starts with '!' in quotes"},
    {"end of verbatim tag not found", "the tag '!<' has no closing '>'"},
    {"cannot set zero indentation", "the number after '|' or '>' must be from 1 to 9"},
    {"unexpected character in block scalar",
     "nothing may follow '|' or '>'; start the text on the next line"},
    {"YAML major version too large", "hpsearch reads YAML 1.2; remove the %YAML line"},
    {"bad YAML version", "hpsearch reads YAML 1.2; remove the %YAML line"},
    {"repeated", "duplicate directive; remove the second one"},
    {"YAML directives must have", "hpsearch reads YAML 1.2; remove the %YAML line"},
    {"TAG directives must have", "remove the %TAG line"},
});

std::size_t line_start(std::string_view text, std::size_t offset) {
  return offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
}

// The offset of a tab in the indentation of the line at `offset`.
std::optional<std::size_t> tab_in_indentation(std::string_view text, std::size_t offset) {
  const std::size_t start = line_start(text, offset);
  const std::size_t end = std::min(text.find_first_not_of(" \t", start), text.size());
  const std::size_t tab = text.substr(start, end - start).find('\t');
  return tab == std::string_view::npos ? std::nullopt : std::optional(start + tab);
}

bool is_first_in_line(std::string_view text, std::size_t offset) {
  const std::size_t previous =
      offset == 0 ? std::string_view::npos : text.find_last_not_of(" \t", offset - 1);
  return previous == std::string_view::npos || text[previous] == '\n';
}

// The message for text after the end of a map or list that belongs to nothing around it.
std::string misplaced(std::string_view text, std::size_t offset, std::string_view collection) {
  if (!is_first_in_line(text, offset)) {
    return "unexpected text after the value; put the whole value in quotes, or remove the rest";
  }
  if (collection == "map" && text.substr(offset).starts_with('-')) {
    return "a list item among the keys of a map; indent it below its key";
  }
  return fmt::format(
      "this line does not belong to the {} above it; align it with the line it continues",
      collection);
}

std::string unexpected_colon(std::string_view text, std::size_t offset) {
  const std::size_t start = line_start(text, offset);
  if (text.substr(start, offset - start).find(": ") != std::string_view::npos) {
    return "a second ':' on this line; put text that contains ': ' in quotes";
  }
  return "this ':' has no key of its own; does the line above lack a ':', or is this line indented "
         "too far?";
}

// True for messages about text in a place where the structure allows none: a tab may be the cause.
bool is_about_structure(std::string_view message) {
  constexpr std::array<std::string_view, 6> kStructure = {
      "illegal tab",     "illegal map value", "illegal block entry",
      "illegal map key", "end of map not",    "end of sequence not"};
  return std::ranges::any_of(kStructure, [&](auto begin) { return message.starts_with(begin); });
}

std::string sentence_for(std::string_view message, std::string_view text, std::size_t offset) {
  if (message.starts_with("illegal map value")) {
    return unexpected_colon(text, offset);
  }
  if (message.starts_with("end of map not")) {
    return misplaced(text, offset, "map");
  }
  if (message.starts_with("end of sequence not")) {
    return misplaced(text, offset, "list");
  }
  if (message.starts_with("unknown token") && offset < text.size()) {
    return fmt::format("text cannot start with '{}'; put it in quotes", text[offset]);
  }
  for (const Sentence& sentence : kSentences) {
    if (message.starts_with(sentence.yaml_cpp)) {
      return std::string(sentence.ours);
    }
  }
  return fmt::format("not valid YAML ({})", message);
}

}  // namespace

SyntaxError explain_syntax_error(std::string_view message,
                                 std::string_view text,
                                 std::size_t offset) {
  offset = std::min(offset, text.size());
  if (is_about_structure(message)) {
    if (const std::optional<std::size_t> tab = tab_in_indentation(text, offset)) {
      return {*tab, "a tab in the indentation; YAML indents with spaces only"};
    }
  }
  std::string sentence = sentence_for(message, text, offset);
  if (text.find_first_not_of(" \n\t", offset) == std::string_view::npos) {
    // Nothing is left to show there, so point at the end of the text.
    offset = text.find_last_not_of(" \n\t") + 1;
  }
  return {offset, std::move(sentence)};
}

}  // namespace hpsearch::runner

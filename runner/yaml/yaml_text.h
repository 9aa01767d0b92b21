// The text of a YAML file before it is parsed: is it text at all, and where in it is what.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/yaml/source_text.h"

namespace hpsearch::runner {

// Maps byte offsets of a text whose lines end with '\n' to positions. Cheap for any order of calls,
// also where a line is as long as the file.
class TextPlaces {
 public:
  // `text` must stay alive.
  explicit TextPlaces(std::string_view text);

  // The position of the character at `offset`; beyond the end, that of the end.
  Position at(std::size_t offset) const;

 private:
  std::size_t characters_before(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::size_t> block_characters_;  // characters before each block of the text
};

// The text without a byte order mark, every line ended by '\n': positions stay as they are.
std::string normalized_text(std::string_view text);

// Why this cannot be a YAML file, with the place: too large, empty, not UTF-8, control characters.
std::optional<Diagnostic> find_text_error(std::string_view text);

// Where an empty list item stands, given the offset of what follows it: at its '-'.
std::size_t empty_item_offset(std::string_view text, std::size_t next);

// True if the quoted scalar whose text (or anchor or tag) begins at `offset` has its closing quote.
// True also for what is not a quoted scalar.
bool has_closing_quote(std::string_view text, std::size_t offset);

// Why `key`, which begins at `offset`, is no key: it is a number or the like, or what follows the
// comma of a number such as the 1,5 of {rate: 1,5}.
std::string explain_refused_key(const std::string& key, std::string_view text, std::size_t offset);

struct SyntaxError {
  std::size_t offset = 0;
  std::string sentence;
};

// yaml-cpp's message about the text at `offset` in words that need no knowledge of parsers, and the
// place that a person would look at.
SyntaxError explain_syntax_error(std::string_view message,
                                 std::string_view text,
                                 std::size_t offset);

}  // namespace hpsearch::runner

// The text of a YAML file around parsing: validity, positions, and readable syntax errors.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/yaml/source_text.h"

namespace hpsearch::runner {

// Maps byte offsets of a text with '\n' line endings to positions, in any order, at a cost that
// does not depend on the length of lines.
class TextPlaces {
 public:
  // `text` must outlive this object.
  explicit TextPlaces(std::string_view text);

  // The position of the character at `offset`, which is clamped to the end.
  Position at(std::size_t offset) const;

 private:
  std::size_t characters_before(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::size_t> block_characters_;  // characters before each block of kBlock bytes
};

// The text without a byte order mark, every line ending with '\n'. Positions do not change.
std::string normalized_text(std::string_view text);

// Why this cannot be a YAML file, with the position: too large, not UTF-8, or control characters.
std::optional<Diagnostic> find_text_error(std::string_view text);

// yaml-cpp gives an empty value the position of whatever follows it, so this looks for ~ and null
// there. With an anchor or a tag, the position is that of the anchor or tag.
bool is_written_null(std::string_view text, std::size_t offset);

// The offset of an empty list item's '-', given the offset of what follows it.
std::size_t empty_item_offset(std::string_view text, std::size_t next);

// False if a quoted scalar, whose text, anchor or tag starts at `offset`, has no closing quote.
// True for everything else.
bool has_closing_quote(std::string_view text, std::size_t offset);

// Why `key`, which starts at `offset`, is refused: it is not text, or it is the part after the
// comma of a number such as 1,5 in {rate: 1,5}.
std::string explain_refused_key(const std::string& key, std::string_view text, std::size_t offset);

struct SyntaxError {
  std::size_t offset = 0;
  std::string sentence;
};

// Translates yaml-cpp's message about the text at `offset` into words for people who do not know
// parsers, and moves the offset to where they would look.
SyntaxError explain_syntax_error(std::string_view message,
                                 std::string_view text,
                                 std::size_t offset);

}  // namespace hpsearch::runner

#include "runner/yaml/yaml_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kBlock = 256;
constexpr char32_t kNextLine = 0x85;
constexpr char32_t kMark = 0xFEFF;

std::size_t line_start(std::string_view text, std::size_t offset) {
  const std::size_t end = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

bool looks_like_utf16(std::string_view text) {
  const bool marked = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  const bool one_zero = text.size() > 1 && (text[0] == '\0') != (text[1] == '\0');
  return marked || one_zero || text.starts_with(std::string_view("\0\0\xFE\xFF", 4));
}

std::string character_error(const CodePoint& c) {
  if (!c.valid) {
    return fmt::format("byte 0x{:02X} is not UTF-8; save the file as UTF-8", unsigned{c.value});
  }
  if (c.value == 0) {
    return "a NUL byte; this is not a text file";
  }
  if (c.value == kMark) {
    return "a byte order mark (U+FEFF) inside the text; remove it";
  }
  return fmt::format(
      "control character U+{:04X}; remove it, or write it as an escape in double quotes",
      unsigned{c.value});
}

bool is_refused(const CodePoint& c) {
  const bool line_or_tab = c.value == '\n' || c.value == '\r' || c.value == '\t';
  const bool control = c.value < 0x20 || (c.value >= 0x7F && c.value <= 0x9F);
  return !c.valid || c.value == kMark || (control && !line_or_tab && c.value != kNextLine);
}

}  // namespace

TextPlaces::TextPlaces(std::string_view text) : text_(text), line_starts_{0} {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % kBlock == 0) {
      block_characters_.push_back(characters);
    }
    characters += static_cast<std::size_t>(begins_character(text[i]));
    if (text[i] == '\n') {
      line_starts_.push_back(i + 1);
    }
  }
  block_characters_.push_back(characters);
}

std::size_t TextPlaces::characters_before(std::size_t offset) const {
  const std::size_t block = offset / kBlock;
  const std::string_view rest = text_.substr(block * kBlock, offset - block * kBlock);
  return block_characters_[block] +
         static_cast<std::size_t>(std::ranges::count_if(rest, begins_character));
}

Position TextPlaces::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next_line = std::ranges::upper_bound(line_starts_, offset);
  const std::size_t start = *(next_line - 1);
  return {static_cast<int>(next_line - line_starts_.begin()),
          static_cast<int>(characters_before(offset) - characters_before(start)) + 1};
}

std::string normalized_text(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  std::string normalized;
  normalized.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      normalized += text[i];
    } else if (!text.substr(i + 1).starts_with('\n')) {
      normalized += '\n';
    }
  }
  if (!normalized.ends_with('\n')) {
    normalized += '\n';
  }
  return normalized;
}

std::optional<Diagnostic> find_text_error(std::string_view text) {
  if (text.size() > kMaxYamlBytes) {
    return Diagnostic{
        {},
        fmt::format("the file has {} bytes; the limit is {} (1 MiB)", text.size(), kMaxYamlBytes)};
  }
  if (looks_like_utf16(text)) {
    return Diagnostic{{}, "the file is UTF-16 or UTF-32; save it as UTF-8"};
  }
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (is_refused(c)) {
      // The position depends only on the text before the character, which is valid.
      const std::string before = normalized_text(std::string(text.substr(0, i)) + "x");
      return Diagnostic{TextPlaces(before).at(before.size() - 2), character_error(c)};
    }
    i += c.size;
  }
  return std::nullopt;
}

bool is_written_null(std::string_view text, std::size_t offset) {
  const std::string_view rest = text.substr(offset);
  constexpr std::array<std::string_view, 6> kBegin = {"~", "null", "Null", "NULL", "&", "!"};
  return std::ranges::any_of(kBegin, [&](auto word) { return rest.starts_with(word); });
}

std::size_t empty_item_offset(std::string_view text, std::size_t next) {
  std::size_t end = std::min(next, text.size());
  while (end > 0) {
    const std::size_t start = line_start(text, end);
    std::string_view line = text.substr(start, end - start);
    if (const std::size_t comment = line.find('#'); comment != std::string_view::npos) {
      line = line.substr(0, comment);
    }
    if (const std::size_t dash = line.rfind('-'); dash != std::string_view::npos) {
      return start + dash;
    }
    end = start == 0 ? 0 : start - 1;
  }
  return next;
}

bool has_closing_quote(std::string_view text, std::size_t offset) {
  // Skip anchors and tags before the quote.
  while (offset < text.size() && (text[offset] == '&' || text[offset] == '!')) {
    offset = std::min(text.find_first_of(" \n\t", offset), text.size());
    offset = std::min(text.find_first_not_of(" \n\t", offset), text.size());
  }
  if (offset >= text.size() || (text[offset] != '\'' && text[offset] != '"')) {
    return true;
  }
  const char quote = text[offset];
  for (std::size_t i = offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      // Inside single quotes, two of them stand for one.
      if (quote == '"' || !text.substr(i + 1).starts_with('\'')) {
        return true;
      }
      ++i;
    }
  }
  return false;
}

std::string explain_refused_key(const std::string& key, std::string_view text, std::size_t offset) {
  constexpr std::string_view kDigits = "0123456789";
  if (offset > 0 && text[offset - 1] == ',' &&
      key.find_first_not_of(kDigits) == std::string::npos) {
    const std::string_view before = text.substr(0, offset - 1);
    const std::size_t start = before.find_last_not_of(kDigits) + 1;  // npos + 1 is 0
    if (start < before.size()) {
      return fmt::format("numbers use a decimal point; write {}.{}", before.substr(start), key);
    }
  }
  return fmt::format("a key must be text; put {} in quotes", key);
}

}  // namespace hpsearch::runner

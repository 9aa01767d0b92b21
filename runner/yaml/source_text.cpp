#include "runner/yaml/source_text.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "nn/base/utf8.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kShownWidth = 160;
constexpr std::size_t kShownDiagnostics = 100;
constexpr std::string_view kEllipsis = "...";

// The characters of a text as they are shown, one string each.
std::vector<std::string> shown_characters(std::string_view text) {
  std::vector<std::string> characters;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (c.value == U'\t') {
      characters.emplace_back(" ");
    } else if (!c.valid || is_control(c.value)) {
      characters.emplace_back("?");
    } else {
      characters.emplace_back(text.substr(i, c.size));
    }
    i += c.size;
  }
  return characters;
}

std::string join(const std::vector<std::string>& parts, std::size_t begin, std::size_t end) {
  std::string joined;
  for (std::size_t i = begin; i < end; ++i) {
    joined += parts[i];
  }
  return joined;
}

std::string shown(std::string_view text) {
  const std::vector<std::string> characters = shown_characters(text);
  return join(characters, 0, characters.size());
}

// The line with this number, from 1, without its line ending; empty if there is none.
std::string_view line_of(std::string_view text, int number) {
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  for (int line = 1;; ++line) {
    const std::size_t end = text.find_first_of("\r\n");
    if (line == number) {
      return text.substr(0, end);
    }
    if (end == std::string_view::npos) {
      return {};
    }
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

// The byte offset of the character with this number, from 0.
std::size_t offset_of_character(std::string_view line, std::size_t number) {
  std::size_t offset = 0;
  for (; number > 0 && offset < line.size(); --number) {
    offset += code_point_at(line, offset).size;
  }
  return offset;
}

// The line and, below it, the caret.
std::string excerpt(std::string_view line, int column) {
  const std::size_t count = count_code_points(line);
  const std::size_t caret = std::min(static_cast<std::size_t>(std::max(column, 1) - 1), count);
  std::size_t begin = 0;
  std::size_t end = count;
  if (count > kShownWidth) {
    const std::size_t width = kShownWidth - 2 * kEllipsis.size();
    begin = caret > width / 2 ? std::min(caret - width / 2, count - width) : 0;
    end = begin + width;
  }
  const std::string_view before = begin > 0 ? kEllipsis : std::string_view{};
  const std::string_view after = end < count ? kEllipsis : std::string_view{};
  // Cut the end first: the offset of `begin` stays valid.
  line = line.substr(0, offset_of_character(line, end));
  line = line.substr(offset_of_character(line, begin));
  return fmt::format("{}{}{}\n{:{}}^\n", before, shown(line), after, "",
                     before.size() + caret - begin);
}

}  // namespace

std::string format_diagnostic(const SourceText& source, const Diagnostic& diagnostic) {
  const auto& [line, column] = diagnostic.position;
  const std::string_view severity = diagnostic.severity == Severity::kError ? "error" : "warning";
  const std::string path = shown(source.path);
  const std::string message = shown(diagnostic.message);
  if (line < 1) {
    return fmt::format("{}: {}: {}\n", path, severity, message);
  }
  const std::string_view text = line_of(source.text, line);
  const bool blank = text.find_first_not_of(" \t") == std::string_view::npos;
  return fmt::format("{}:{}:{}: {}: {}\n{}", path, line, column, severity, message,
                     blank ? std::string{} : excerpt(text, column));
}

std::string format_diagnostics(const SourceText& source,
                               const std::vector<Diagnostic>& diagnostics) {
  std::vector<const Diagnostic*> sorted;
  sorted.reserve(diagnostics.size());
  for (const Diagnostic& diagnostic : diagnostics) {
    sorted.push_back(&diagnostic);
  }
  std::ranges::stable_sort(sorted, {}, [](const Diagnostic* d) {
    return std::tuple(d->position.line, d->position.column);
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), kShownDiagnostics); ++i) {
    text += format_diagnostic(source, *sorted[i]);
  }
  if (sorted.size() > kShownDiagnostics) {
    text += fmt::format("{}: and {} more\n", shown(source.path), sorted.size() - kShownDiagnostics);
  }
  return text;
}

std::string in_quotes(std::string_view text) {
  return hpsearch::in_quotes(text);
}

}  // namespace hpsearch::runner

// A source file and positions in it, and diagnostics that show the offending line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

// A position in a text. Both numbers count from 1; columns count code points, not bytes. Lines end
// at LF, CRLF or a lone CR; a byte order mark at the start does not count. {0, 0}: the file as a
// whole.
struct Position {
  int line = 0;
  int column = 0;
  bool operator==(const Position&) const = default;
};

enum class Severity { kError, kWarning };

struct Diagnostic {
  Position position;
  std::string message;
  Severity severity = Severity::kError;
  // The parameter that the error is about, where no trial can use it: without it the file is valid.
  std::string unneeded = {};
};

// A file: its name as the user wrote it, and its whole text.
struct SourceText {
  std::string path;
  std::string text;
};

// "path:line:column: error: message", the source line, and a caret under the column, each followed
// by a newline. Without a position: "path: error: message". Blank lines are not shown, and lines of
// more than 160 characters are cut around the column. Control characters in the line, path and
// message appear as '?' and tabs as one space, so that no message can control the terminal.
std::string format_diagnostic(const SourceText& source, const Diagnostic& diagnostic);

// All diagnostics sorted by position, stable. After the first hundred, one line gives the number of
// the rest.
std::string format_diagnostics(const SourceText& source,
                               const std::vector<Diagnostic>& diagnostics);

// Quotes user text for a message: 'text', cut after 40 characters, control characters as '?'.
std::string in_quotes(std::string_view text);

}  // namespace hpsearch::runner

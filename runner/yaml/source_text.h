// A text file with positions: what an error message needs to show where something went wrong.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

// A place in a text. Both count from 1; the column counts characters (code points), not bytes.
// Lines end at LF, CRLF or a lone CR; a byte order mark at the beginning is not counted.
// {0, 0}: no place (the file as a whole).
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

// A file's name as the user wrote it, and its whole text.
struct SourceText {
  std::string path;
  std::string text;
};

// "path:line:column: error: message", the source line and a caret under the column, each ended by a
// newline. Without a position: "path: error: message". A line without text is not shown; a line of
// more than 160 characters is cut around the column. Control characters of the line, the path and
// the message are shown as '?', tabs as one space, so that a message can never drive the terminal.
std::string format_diagnostic(const SourceText& source, const Diagnostic& diagnostic);

// All of them in order of position, ties in the order given. After the first hundred one line says
// how many more there are.
std::string format_diagnostics(const SourceText& source,
                               const std::vector<Diagnostic>& diagnostics);

// A text of the user in a message: 'text', cut after 40 characters, control characters as '?'.
std::string in_quotes(std::string_view text);

}  // namespace hpsearch::runner

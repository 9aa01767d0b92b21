// Prints lines to a stream that may be a terminal. Knows how to overprint a line, not what it says.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// kQuiet prints only important lines.
enum class Verbosity { kNormal, kQuiet };

// For one thread. Output that cannot be written is dropped silently: progress is not a result.
// Control characters in texts are replaced, so no name in them can control the terminal.
class LinePrinter {
 public:
  explicit LinePrinter(std::FILE* stream, Verbosity verbosity = Verbosity::kNormal);

  // True on a terminal that can return to the start of a line.
  bool is_terminal() const { return terminal_; }

  // On a terminal, replaces the live line, cut to the terminal's width; elsewhere prints a line.
  void live(const std::string& text);
  // Ends the live line and leaves it on the screen.
  void end_live();
  // Prints a permanent line, above the live one.
  void line(std::string_view text);
  // The same, even when quiet.
  void important(std::string_view text);

 private:
  void write(const std::string& text);

  std::FILE* stream_;
  bool terminal_;
  bool quiet_;
  std::string live_;
};

// The columns of the terminal behind `stream`; 80 if it is not a terminal. COLUMNS overrides both.
std::size_t terminal_width(std::FILE* stream);

// True if the locale in the environment (the first of LC_ALL, LC_CTYPE and LANG that is not empty)
// uses UTF-8. If not, charts use ASCII letters instead of blocks and dots.
bool writes_utf8();

}  // namespace hpsearch::runner

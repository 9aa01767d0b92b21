// Lines on a stream that may be a terminal: how to overprint, not what to say.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// Quiet: only what is important. Used from one thread. What cannot be written is lost without a
// word: progress is no result. Texts cannot steer the terminal, whatever names they carry.
enum class Verbosity { kNormal, kQuiet };

class LinePrinter {
 public:
  explicit LinePrinter(std::FILE* stream, Verbosity verbosity = Verbosity::kNormal);

  // A terminal that can go back to the start of a line.
  bool is_terminal() const { return terminal_; }

  // On a terminal, replaces the live line, cut to its width; elsewhere prints a line.
  void live(const std::string& text);
  // Leaves the live line as it stands.
  void end_live();
  // A line that stays, above the live one.
  void line(std::string_view text);
  // The same, and not kept back where it is quiet.
  void important(std::string_view text);

 private:
  void write(const std::string& text);

  std::FILE* stream_;
  bool terminal_;
  bool quiet_;
  std::string live_;
};

// Columns of the terminal behind `stream`; 80 where it is none. COLUMNS overrides.
std::size_t terminal_width(std::FILE* stream);

// Does the locale that the environment asks for (LC_ALL, else LC_CTYPE, else LANG, the first that
// is not empty) write UTF-8? Without it there are letters in place of blocks and dots.
bool writes_utf8();

}  // namespace hpsearch::runner

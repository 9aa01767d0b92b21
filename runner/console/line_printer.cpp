#include "runner/console/line_printer.h"

#include <charconv>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nn/base/utf8.h"
#include "reports/text/printable.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kDefaultWidth = 80;

bool can_overprint(std::FILE* stream) {
  const char* term = std::getenv("TERM");
  return isatty(fileno(stream)) == 1 && term != nullptr && std::strcmp(term, "dumb") != 0;
}

}  // namespace

std::size_t terminal_width(std::FILE* stream) {
  if (const char* columns = std::getenv("COLUMNS")) {
    std::size_t width = 0;
    const char* end = columns + std::strlen(columns);
    if (std::from_chars(columns, end, width).ptr == end && width > 0) {
      return width;
    }
  }
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return kDefaultWidth;
}

bool writes_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
      continue;
    }
    // Spellings vary: "de_DE.UTF-8@euro", "C.utf8".
    std::string letters;
    for (const char* c = value; *c != '\0'; ++c) {
      if (*c != '-') {
        letters += lower_ascii(*c);
      }
    }
    return letters.find(".utf8") != std::string::npos;
  }
  return false;
}

LinePrinter::LinePrinter(std::FILE* stream, Verbosity verbosity)
    : stream_(stream), terminal_(can_overprint(stream)), quiet_(verbosity == Verbosity::kQuiet) {}

void LinePrinter::write(const std::string& text) {
  // A closed terminal or pipe must not end a run, so errors are ignored.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream_));
  static_cast<void>(std::fflush(stream_));
}

void LinePrinter::live(const std::string& text) {
  if (quiet_) {
    return;
  }
  if (!terminal_) {
    line(text);
    return;
  }
  // One column short: after a full line some terminals wrap, and \r would return to the wrong line.
  live_ = reports::printable(text).substr(0, terminal_width(stream_) - 1);
  write(fmt::format("\r{}\033[K", live_));
}

void LinePrinter::end_live() {
  if (terminal_ && !live_.empty()) {
    write("\n");
    live_.clear();
  }
}

void LinePrinter::line(std::string_view text) {
  if (!quiet_) {
    important(text);
  }
}

void LinePrinter::important(std::string_view text) {
  const std::string clean = reports::printable(text, reports::LineBreaks::kKept);
  // Clears the live line (CSI K), prints above it, and writes it again.
  write(terminal_ && !live_.empty() ? fmt::format("\r\033[K{}\n{}", clean, live_) : clean + "\n");
}

}  // namespace hpsearch::runner

#include "runner/console/colour.h"

#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "reports/text/paint.h"

namespace hpsearch::runner {
namespace {

using reports::in_paint;
using reports::Paint;

struct Choice {
  bool out = false;
  bool err = false;
} choice;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool is_zero(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && std::strcmp(value, "0") == 0;
}

bool knows_colours(std::FILE* stream) {
  const char* term = std::getenv("TERM");
  return isatty(fileno(stream)) == 1 && term != nullptr && *term != '\0' &&
         std::strcmp(term, "dumb") != 0;
}

bool decide(std::string_view word, std::FILE* stream) {
  if (word == "always" || word == "never") {
    return word == "always";
  }
  if (is_set("NO_COLOR")) {
    return false;
  }
  if (is_set("CLICOLOR_FORCE") && !is_zero("CLICOLOR_FORCE")) {
    return true;
  }
  return !is_zero("CLICOLOR") && knows_colours(stream);
}

// One line of a message, without its end.
std::string painted_line(std::string_view line) {
  if (line.ends_with('^') && line.find_first_not_of(' ') == line.size() - 1) {
    return std::string(line.substr(0, line.size() - 1)) + in_paint(Paint::kError, "^");
  }
  for (const auto& [mark, paint] : {std::pair<std::string_view, Paint>{": error: ", Paint::kError},
                                    {": warning: ", Paint::kWarning}}) {
    const std::size_t at = line.find(mark);
    if (at != std::string_view::npos) {
      return std::string(line.substr(0, at + 2)) +
             in_paint(paint, mark.substr(2, mark.size() - 3)) +
             std::string(line.substr(at + mark.size() - 1));
    }
  }
  return std::string(line);
}

}  // namespace

void choose_colours(std::string_view word) {
  choice = {decide(word, stdout), decide(word, stderr)};
  reports::paint_texts(choice.out);
}

bool in_colour(std::FILE* stream) {
  return stream == stdout ? choice.out : stream == stderr && choice.err;
}

std::string painted_error(std::string_view message) {
  constexpr std::string_view kProgram = "hpsearch:";
  if (message.starts_with(kProgram)) {
    return in_paint(Paint::kError, kProgram) + std::string(message.substr(kProgram.size()));
  }
  std::string text;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    text += painted_line(message.substr(0, end));
    text += end < message.size() ? "\n" : "";
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return text;
}

}  // namespace hpsearch::runner

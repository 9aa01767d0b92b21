#include "runner/console/question.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "reports/text/printable.h"

namespace hpsearch::runner {

bool can_ask() {
  return isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
}

bool ask(const std::string& question) {
  fmt::print(stderr, "{} [y/N] ", reports::printable(question, reports::LineBreaks::kKept));
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  std::transform(answer.begin(), answer.end(), answer.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return answer == "y" || answer == "yes";
}

}  // namespace hpsearch::runner

#include "runner/external/interpreter.h"

#include <stdexcept>

#include <unistd.h>

#include "runner/process/program_path.h"

namespace hpsearch::runner {

std::vector<std::string> own_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    entries.emplace_back(*entry);
  }
  return entries;
}

std::string interpreter(const std::vector<std::string>& environment) {
  try {
    find_program("python", environment, "");
    return "python";
  } catch (const std::runtime_error&) {
    return "python3";
  }
}

}  // namespace hpsearch::runner

#include "runner/external/interpreter.h"

#include <stdexcept>

#include "runner/process/program_path.h"

namespace hpsearch::runner {

std::string interpreter(const std::vector<std::string>& environment) {
  try {
    find_program("python", environment, "");
    return "python";
  } catch (const std::runtime_error&) {
    return "python3";
  }
}

}  // namespace hpsearch::runner

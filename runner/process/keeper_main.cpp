// The trial keeper: the supervisor of one program as a small static program, embedded in hpsearch.
// A fork of hpsearch would copy its page tables, which takes longer than to start this.
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <span>

#include "runner/process/keeper_arguments.h"
#include "runner/process/supervisor.h"

namespace {

using namespace hpsearch::runner;

std::size_t read_cores(const char* text, std::span<int> cores) {
  std::size_t count = 0;
  while (*text != '\0' && count < cores.size()) {
    char* end = nullptr;
    cores[count++] = static_cast<int>(std::strtol(text, &end, 10));
    text = *end == ',' ? end + 1 : end;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  if (argc <= kProgramWords) {
    return 2;
  }
  static std::array<int, 16'384> cores;
  SupervisorPlan plan;
  plan.program = argv[kProgram];
  plan.arguments = argv + kProgramWords;
  plan.environment = environment;
  plan.folder = argv[kFolder];
  plan.cores = std::span(cores).first(read_cores(argv[kCores], cores));
  plan.memory_group_folder = argv[kMemoryGroupFolder];
  plan.memory_bytes = std::strtoull(argv[kMemoryBytes], nullptr, 10);
  plan.owner = std::atoi(argv[kOwner]);
  plan.null_device = std::atoi(argv[kNullDevice]);
  plan.output = std::atoi(argv[kOutput]);
  plan.errors = std::atoi(argv[kErrors]);
  plan.memory_group = std::atoi(argv[kMemoryGroup]);
  // The kernel puts all words behind each other.
  plan.own_words = {argv[kProgram], argv[argc - 1] + std::strlen(argv[argc - 1])};
  supervise(plan);
}

// Makes one allocation of the program fail: the one with the number in FAIL_ALLOCATION, from 1. The
// count of all goes into the file that COUNT_ALLOCATIONS names.
//
// Linked into a copy of the program. operator new and SQLite both ask malloc; what the C library
// asks for itself, it asks directly.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

extern "C" void* __libc_malloc(std::size_t size);  // NOLINT(bugprone-reserved-identifier)

namespace {

std::atomic<long> allocations{0};
std::atomic<long> to_fail{0};  // 0: none

__attribute__((constructor)) void read_environment() {
  const char* number = std::getenv("FAIL_ALLOCATION");
  to_fail = number == nullptr ? 0 : std::strtol(number, nullptr, 10);
  allocations = 0;
}

__attribute__((destructor)) void write_count() {
  const char* name = std::getenv("COUNT_ALLOCATIONS");
  std::FILE* file = name == nullptr ? nullptr : std::fopen(name, "w");
  if (file != nullptr) {
    std::fprintf(file, "%ld", allocations.load());
    std::fclose(file);
  }
}

}  // namespace

extern "C" void* malloc(std::size_t size) {
  const long number = allocations.fetch_add(1, std::memory_order_relaxed) + 1;
  if (number == to_fail.load(std::memory_order_relaxed)) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_malloc(size);
}

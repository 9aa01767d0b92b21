// Makes one allocation of the program fail: the one with the number in FAIL_ALLOCATION, from 1 and
// from the beginning of main(). The count of all goes into the file that COUNT_ALLOCATIONS names.
//
// Linked into a copy of the program, whose own main() is called program_main there. operator new
// and SQLite both ask malloc; what the C library asks for itself, it asks directly. oneDNN 2.6 does
// not survive a failure within itself, and JSON's destructors, which allocate, end the program: the
// next allocation outside of these fails in their stead.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <execinfo.h>

extern "C" void* __libc_malloc(std::size_t size);  // NOLINT(bugprone-reserved-identifier)

namespace {

std::atomic<long> allocations{0};
std::atomic<long> to_fail{0};  // 0: none

bool is_fatal_by_design() {
  void* frames[64];
  const int count = backtrace(frames, 64);
  for (int i = 0; i < count; ++i) {
    Dl_info info;
    if (dladdr(frames[i], &info) == 0) {
      continue;
    }
    const char* file = info.dli_fname == nullptr ? "" : info.dli_fname;
    const char* function = info.dli_sname == nullptr ? "" : info.dli_sname;
    if (std::strstr(file, "libdnnl") != nullptr ||
        std::strstr(function, "json_value7destroy") != nullptr) {
      return true;
    }
  }
  return false;
}

}  // namespace

int program_main(int argc, char** argv);

int main(int argc, char** argv) {
  void* frame = nullptr;
  backtrace(&frame, 1);  // loads what it needs, by malloc
  const char* number = std::getenv("FAIL_ALLOCATION");
  allocations = 0;
  to_fail = number == nullptr ? 0 : std::strtol(number, nullptr, 10);
  const int code = program_main(argc, argv);
  to_fail = 0;
  const long all = allocations;
  const char* name = std::getenv("COUNT_ALLOCATIONS");
  std::FILE* file = name == nullptr ? nullptr : std::fopen(name, "w");
  if (file != nullptr) {
    std::fprintf(file, "%ld", all);
    std::fclose(file);
  }
  return code;
}

extern "C" void* malloc(std::size_t size) {
  const long number = allocations.fetch_add(1, std::memory_order_relaxed) + 1;
  if (number == to_fail.load(std::memory_order_relaxed)) {
    if (is_fatal_by_design()) {
      to_fail.fetch_add(1, std::memory_order_relaxed);
      return __libc_malloc(size);
    }
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_malloc(size);
}

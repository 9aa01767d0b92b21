// Copies of values where memory runs out: an exception, and no crash.
#include <cstdio>
#include <new>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "nn/base/value.h"
#include "nn/data/reading_rules.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kLarge = 64U << 20;

// From here on this process gets hardly any memory.
void take_memory_away() {
  long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%ld", &pages) != 1) {
    std::_Exit(3);
  }
  std::fclose(file);
  const auto bytes = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  const rlimit most{bytes + (1U << 20), bytes + (1U << 20)};
  if (setrlimit(RLIMIT_AS, &most) != 0) {
    std::_Exit(3);
  }
}

// Ends the process with 0 if the copy throws std::bad_alloc, with 2 if it succeeds.
template <class Variant>
void copy_without_memory(const Variant& original) {
  take_memory_away();
  try {
    const Variant copy = original;
    std::_Exit(copy.index() == original.index() ? 2 : 4);
  } catch (const std::bad_alloc&) {
    std::_Exit(0);
  }
}

TEST(ValueMemory, CopiesThrowWhereItRunsOut) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need address space of their own";
#endif
  GTEST_FLAG_SET(death_test_style, "fast");
  const Value text(std::string(kLarge, 'x'));
  const Value list(ValueList(kLarge / sizeof(Value), Value(true)));
  const ColumnKey column(std::string(kLarge, 'x'));
  EXPECT_EXIT(copy_without_memory(text), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(copy_without_memory(list), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(copy_without_memory(column), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace hpsearch::nn

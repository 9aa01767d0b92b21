#include "runner/run/thread_probe.h"

#include <future>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>

namespace hpsearch::runner {
namespace {

// Is there some address space beside the threads' stacks? oneDNN takes most of it for the code that
// it generates, and crashes where there is none.
bool has_room() {
  constexpr std::size_t kRoom = std::size_t{48} << 20;
  void* room = mmap(nullptr, kRoom, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return room != MAP_FAILED && munmap(room, kRoom) == 0;
}

// glibc sets 64 MiB of addresses aside for each thread that allocates. Where few are to be had,
// they would be gone before all threads have begun, how soon depends on the timing, and libraries
// crash.
void save_addresses() {
  constexpr rlim_t kPlenty = rlim_t{16} << 30;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < kPlenty) {
    mallopt(M_ARENA_MAX, 1);
  }
}

}  // namespace

void require_threads(int count) {
  save_addresses();
  std::string why;
  std::vector<std::jthread> threads;
  {
    // The threads wait for the promise, which ends, kept or broken, before they are joined.
    std::promise<void> enough;
    const std::shared_future<void> end = enough.get_future().share();
    try {
      threads.reserve(static_cast<std::size_t>(count));
      for (int i = 0; i < count; ++i) {
        threads.emplace_back([end] { end.wait(); });
      }
    } catch (const std::system_error& error) {
      why = error.code().message();
    } catch (const std::bad_alloc&) {
      why = "out of memory";
    }
    if (why.empty() && !has_room()) {
      throw std::runtime_error(
          fmt::format("there is too little memory for {} threads; train fewer trials at the same "
                      "time (--workers), or raise the limit of memory (ulimit -v)",
                      count));
    }
  }
  if (!why.empty()) {
    throw std::runtime_error(
        fmt::format("cannot start {} threads, only {}: {}; train fewer trials at the same time "
                    "(--workers), or raise the limits of processes (ulimit -u) and of memory "
                    "(ulimit -v)",
                    count, threads.size(), why));
  }
}

}  // namespace hpsearch::runner

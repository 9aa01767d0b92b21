#include "runner/run/thread_probe.h"

#include <future>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace hpsearch::runner {

void require_threads(int count) {
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

#include "runner/run/thread_probe.h"

#include <future>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace hpsearch::runner {

void require_threads(int count) {
  std::promise<void> enough;
  const std::shared_future<void> end = enough.get_future().share();
  std::vector<std::jthread> threads;
  try {
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([end] { end.wait(); });
    }
  } catch (const std::system_error& error) {
    enough.set_value();
    throw std::runtime_error(
        fmt::format("cannot start {} threads, only {}: {}; train fewer trials at the same time "
                    "(--workers), or raise the limits of processes (ulimit -u) and of memory "
                    "(ulimit -v)",
                    count, threads.size(), error.code().message()));
  }
  enough.set_value();
}

}  // namespace hpsearch::runner

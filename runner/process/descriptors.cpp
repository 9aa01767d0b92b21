#include "runner/process/descriptors.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "runner/process/proc_files.h"
#include "runner/process/raw_calls.h"

namespace hpsearch::runner {

void close_all_but(std::span<const int> kept) {
  unsigned first = 0;
  const auto close_below = [&first](unsigned end) {  // exclusive
    const bool closed = first >= end || syscall(SYS_close_range, first, end - 1, 0) == 0;
    first = end + 1;
    return closed;
  };
  bool closed = true;
  for (const int file : kept) {
    closed = close_below(static_cast<unsigned>(file)) && closed;
  }
  if (!close_below(std::numeric_limits<unsigned>::max()) || !closed) {
    close_all_but_by_list(kept);
  }
}

void close_all_but_by_list(std::span<const int> kept) {
  // Closing a file moves what follows it in the list, so the list is read until it has nothing more
  // to close.
  std::array<int, 256> found{};
  for (;;) {
    const std::size_t count = open_files(found);
    bool any = false;
    for (const int file : std::span(found).first(count)) {
      if (std::find(kept.begin(), kept.end(), file) == kept.end()) {
        raw::close(file);
        any = true;
      }
    }
    if (!any) {
      return;
    }
  }
}

}  // namespace hpsearch::runner

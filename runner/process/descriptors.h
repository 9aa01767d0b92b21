// Files that a process has open, for a forked child: see raw_calls.h.
#pragma once

#include <span>

namespace hpsearch::runner {

// Closes all files but those of `kept`, which ascends.
void close_all_but(std::span<const int> kept);

// The same for kernels without close_range (before 5.9).
void close_all_but_by_list(std::span<const int> kept);

}  // namespace hpsearch::runner

// Are there enough threads to be had? Asked before libraries start theirs, which abort or hang
// where the system refuses one.
#pragma once

namespace hpsearch::runner {

// Starts `count` threads at once, asks for some address space beside them, and gives all back.
// Throws std::runtime_error, with the limits to raise, if the system does not give that many.
void require_threads(int count);

}  // namespace hpsearch::runner

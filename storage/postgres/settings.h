// What all parts of this sub-room must agree on. Internal to storage.
#pragma once

#include <chrono>

namespace hpsearch::storage {

// The first half of the keys of advisory locks: "HPS1".
inline constexpr int kLockClass = 0x48505331;

// How long a process may be silent before others go on with what it did: 30 s, or
// $HPSEARCH_LEASE_SECONDS, which is for tests.
std::chrono::seconds lease_time();

}  // namespace hpsearch::storage

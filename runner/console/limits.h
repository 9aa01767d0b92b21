// The largest numbers that a sweep file and the command line accept.
#pragma once

#include <cstdint>

namespace hpsearch::runner {

inline constexpr std::int64_t kMaxSeed = 9007199254740991;  // 2^53 - 1: exact in JSON
inline constexpr std::int64_t kMaxTrials = 1'000'000'000;
inline constexpr std::int64_t kMaxWorkers = 1024;

}  // namespace hpsearch::runner

// Random sweep files: every method, metric and task, with conditions, constraints, lists and
// schedules.
#pragma once

#include <cstdint>
#include <string>

namespace hpsearch::test {

// A sweep file of few short trials on a small data set. The same seed gives the same file. Most are
// valid; the rest break one rule or another together, as people's files do.
std::string generate_sweep(std::uint64_t seed);

}  // namespace hpsearch::test

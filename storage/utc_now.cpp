#include "storage/utc_now.h"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace hpsearch::storage {

std::string utc_now() {
  using namespace std::chrono;
  const auto now = floor<milliseconds>(system_clock::now());
  const auto seconds = floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(seconds)),
                     (now - seconds).count());
}

}  // namespace hpsearch::storage

// `early_terminate` of a sweep file: when trials end before their last epoch.
#pragma once

#include <cstdint>
#include <optional>

namespace hpsearch::search {

// W&B's `hyperband`. Its bands, the iterations at which trials are judged, come from `max_iter` and
// `s` where `max_iter` is there, else from `min_iter`: one of the two is there.
struct HyperbandSpec {
  std::optional<std::int64_t> min_iter = {};  // the first band; at least 1
  std::optional<std::int64_t> max_iter = {};  // at least 1; the bands are fractions of it
  std::optional<std::int64_t> s = {};         // how many; there if max_iter is
  double eta = 3.0;                           // above 1: from one band to the next
  bool strict = true;  // judge a trial by its value at the band; false: by its best value so far
};

}  // namespace hpsearch::search

// Filters an enumeration of a space's points down to those that a search should try.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "search/space/space.h"

namespace hpsearch::search {

// Yields each distinct trial once. Values of inactive parameters are dropped before points are
// compared, and points that break a constraint are skipped. Remembers every point that it has
// yielded.
class DistinctPoints {
 public:
  // Point i of the enumeration; empty past its end.
  using Source = std::function<std::optional<ParamSet>(std::uint64_t)>;

  DistinctPoints(Space space, Constraints constraints)
      : space_(std::move(space)), constraints_(std::move(constraints)) {}

  // Point `index` among the distinct ones. Callers may ask in any order, but always with the same
  // source. Empty if the enumeration ends first, or if so many points in a row were unusable that
  // another is not to be expected.
  std::optional<ParamSet> point(std::uint64_t index, const Source& source);

 private:
  Space space_;
  Constraints constraints_;
  std::vector<ParamSet> points_;
  std::set<std::string> seen_;  // each point as params_json()
  std::uint64_t next_ = 0;      // the next index to ask the source for
  bool ended_ = false;
};

}  // namespace hpsearch::search

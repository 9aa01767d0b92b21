// Of an enumeration of a space's points those that a search should try.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "search/space/space.h"

namespace hpsearch::search {

// Each different trial once: values of parameters that are not active are left out, and what does
// not satisfy the constraints is skipped. Remembers what it has given out.
class DistinctPoints {
 public:
  // Point i of the enumeration; empty beyond its end.
  using Source = std::function<std::optional<ParamSet>(std::uint64_t)>;

  DistinctPoints(Space space, Constraints constraints)
      : space_(std::move(space)), constraints_(std::move(constraints)) {}

  // Point `index` of those that are left, asked in any order; empty where the enumeration ends
  // before, or has had none for so long that no more can be hoped for. Always with one source.
  std::optional<ParamSet> point(std::uint64_t index, const Source& source);

 private:
  Space space_;
  Constraints constraints_;
  std::vector<ParamSet> points_;
  std::set<std::string> seen_;  // as params_json()
  std::uint64_t next_ = 0;      // of the source
  bool ended_ = false;
};

}  // namespace hpsearch::search

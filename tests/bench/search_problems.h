// Problems whose best is known, for measuring how well a method searches.
#pragma once

#include <span>
#include <string_view>

#include "search/space/space.h"

namespace hpsearch::bench {

struct SearchBenchProblem {
  std::string_view name;
  search::Space (*space)();
  double (*regret)(const search::ParamSet& params);  // 0 at the best
};

std::span<const SearchBenchProblem> search_problems();

}  // namespace hpsearch::bench

#include "search/pruners/pruner.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "search/pruners/asha_pruner.h"
#include "search/pruners/halving_pruner.h"
#include "search/pruners/hyperband_pruner.h"
#include "search/pruners/patience_pruner.h"
#include "search/pruners/percentile_pruner.h"
#include "search/pruners/threshold_pruner.h"
#include "search/pruners/wilcoxon_pruner.h"

namespace hpsearch::search {
namespace {

const std::array kPruners{
    hyperband_info(), median_info(),   percentile_info(), successive_halving_info(),
    asha_info(),      patience_info(), threshold_info(),  wilcoxon_info(),
};

}  // namespace

std::span<const PrunerInfo> pruner_table() {
  return kPruners;
}

const PrunerInfo* find_pruner(std::string_view name) {
  const auto* found = std::find_if(kPruners.begin(), kPruners.end(),
                                   [&](const PrunerInfo& row) { return row.name == name; });
  return found == kPruners.end() ? nullptr : found;
}

std::pair<std::string, std::string> different_texts(double a, double b) {
  auto texts = std::pair(fmt::format("{:.6g}", a), fmt::format("{:.6g}", b));
  return texts.first == texts.second ? std::pair(fmt::format("{}", a), fmt::format("{}", b))
                                     : texts;
}

}  // namespace hpsearch::search

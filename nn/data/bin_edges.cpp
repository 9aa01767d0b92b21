#include "nn/data/bin_edges.h"

#include <algorithm>

#include "nn/data/quantile.h"

namespace hpsearch::nn {
namespace {

// The quantiles 0, 1/parts, ..., 1.
void add_quantiles(const std::vector<float>& sorted, std::size_t parts, std::vector<float>& edges) {
  for (std::size_t i = 0; i <= parts; ++i) {
    const double q = static_cast<double>(i) / static_cast<double>(parts);
    edges.push_back(static_cast<float>(quantile(sorted, q)));
  }
}

void sort_unique(std::vector<float>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

std::vector<float> bin_edges(std::vector<float> values, std::size_t bins) {
  std::vector<float> distinct = values;
  sort_unique(distinct);
  if (distinct.size() <= bins + 1) {
    return distinct;
  }
  std::sort(values.begin(), values.end());
  std::vector<float> edges;
  add_quantiles(values, bins, edges);
  sort_unique(edges);
  if (edges.size() < bins + 1) {
    // Both ends are edges already.
    add_quantiles(distinct, bins - edges.size() + 2, edges);
    sort_unique(edges);
  }
  return edges;
}

}  // namespace hpsearch::nn

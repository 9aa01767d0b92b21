#include "nn/training/embedded_inputs.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "nn/data/bin_edges.h"
#include "nn/data/gather.h"

namespace hpsearch::nn {
namespace {

std::vector<std::uint32_t> numeric_features(const TrainingData& data) {
  std::vector<std::uint32_t> features;
  if (data.pipeline == nullptr || data.whitening != nullptr) {
    features.resize(data.dataset->columns);
    std::iota(features.begin(), features.end(), 0U);
    return features;
  }
  std::uint32_t first = 0;
  for (const PipelineColumn& column : data.pipeline->columns()) {
    for (std::uint32_t i = 0; i < column.rule.numbers(); ++i) {
      features.push_back(first + i);
    }
    first += static_cast<std::uint32_t>(column.rule.features());
  }
  return features;
}

// The values of some columns in the training rows, column by column.
std::vector<std::vector<float>> training_values(const TrainingData& data,
                                                std::span<const std::uint32_t> columns) {
  constexpr std::size_t kRows = 256;
  const std::span<const std::uint32_t> rows = data.split.train;
  const std::size_t stride = data.dataset->columns;
  std::vector<std::vector<float>> values(columns.size());
  for (std::vector<float>& column : values) {
    column.reserve(rows.size());
  }
  std::vector<float> block(kRows * stride);
  for (std::size_t first = 0; first < rows.size(); first += kRows) {
    const auto some = rows.subspan(first, std::min(kRows, rows.size() - first));
    gather_rows(*data.dataset, data.scaling, some, block.data(), stride);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      for (std::size_t row = 0; row < some.size(); ++row) {
        values[c].push_back(block[row * stride + columns[c]]);
      }
    }
  }
  return values;
}

}  // namespace

NetworkInputs network_inputs(const Settings& settings, const TrainingData& data) {
  NetworkInputs inputs(data.dataset->columns);
  if (settings.embedding == Embedding::kNone) {
    return inputs;
  }
  const std::vector<std::uint32_t> features = numeric_features(data);
  if (has_waves(settings.embedding)) {
    inputs.waved = features;
  }
  if (!has_bins(settings.embedding)) {
    return inputs;
  }
  // A few columns at a time: a second copy of the data could be large.
  constexpr std::size_t kTogether = 16;
  for (std::size_t first = 0; first < features.size(); first += kTogether) {
    const auto some =
        std::span(features).subspan(first, std::min(kTogether, features.size() - first));
    std::vector<std::vector<float>> values = training_values(data, some);
    for (std::size_t c = 0; c < some.size(); ++c) {
      std::vector<float> edges =
          bin_edges(std::move(values[c]), static_cast<std::size_t>(settings.bins));
      if (edges.size() > 1) {
        inputs.binned.push_back({some[c], std::move(edges)});
      }
    }
  }
  return inputs;
}

}  // namespace hpsearch::nn

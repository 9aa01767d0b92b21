#include "nn/training/pretrain.h"

#include <algorithm>
#include <numeric>

#include "nn/base/compute_thread.h"
#include "nn/base/random.h"

namespace hpsearch::nn {
namespace {

Stream stream_of(const PretrainSpec& spec,
                 std::size_t layer,
                 PretrainDraw draw,
                 std::uint32_t position) {
  const auto high = 4 * static_cast<std::uint32_t>(layer) + static_cast<std::uint32_t>(draw);
  return {spec.seed, Purpose::kPretrain, high, position};
}

// Loads these rows into the inputs() of layer `top`, through all layers below it. Recomputing them
// saves the memory that the hidden probabilities of all rows would take.
void load(std::vector<Rbm>& layers,
          std::size_t top,
          std::span<const std::uint32_t> rows,
          const RowGatherer& gather) {
  gather(rows, layers[0].inputs().data(), padded(layers[0].visible()));
  for (std::size_t below = 0; below < top; ++below) {
    layers[below].propagate(rows.size(), layers[below + 1].inputs().data());
  }
}

}  // namespace

std::optional<Pretrained> pretrain_stack(const PretrainSpec& spec,
                                         std::size_t rows,
                                         const RowGatherer& gather,
                                         const std::stop_token& stop) {
  const ComputeThread guard;
  const std::size_t batch = std::min(spec.batch_rows, rows);
  Pretrained result;
  std::size_t visible = spec.inputs;
  for (const std::size_t hidden : spec.widths) {
    result.layers.emplace_back(visible, hidden, batch);
    visible = hidden;
  }
  // Greedy training, bottom up (Hinton, Osindero and Teh 2006, section 4).
  std::vector<std::uint32_t> order(rows);
  for (std::size_t layer = 0; layer < result.layers.size(); ++layer) {
    Rbm& rbm = result.layers[layer];
    Stream weights = stream_of(spec, layer, PretrainDraw::kWeights, 0);
    rbm.initialise(weights, stop);
    std::vector<double>& errors = result.reconstruction_error.emplace_back();
    std::uint32_t updates = 0;  // over all epochs, so that each update has its own stream
    for (int epoch = 0; epoch < spec.epochs; ++epoch) {
      // From the ascending order each time, like the trainer: the order depends on (seed, epoch)
      // only.
      std::iota(order.begin(), order.end(), 0U);
      Stream shuffling =
          stream_of(spec, layer, PretrainDraw::kOrder, static_cast<std::uint32_t>(epoch));
      shuffle(order, shuffling);
      double error = 0.0;
      for (std::size_t start = 0; start < rows; start += batch) {
        if (stop.stop_requested()) {
          return std::nullopt;
        }
        const auto part = std::span(order).subspan(start, std::min(batch, rows - start));
        load(result.layers, layer, part, gather);
        Stream sampling = stream_of(spec, layer, PretrainDraw::kSample, updates++);
        error += static_cast<double>(part.size()) *
                 rbm.update(part.size(), sampling, spec.learning_rate);
      }
      errors.push_back(error / static_cast<double>(rows));
    }
  }
  return result;
}

}  // namespace hpsearch::nn

#include "nn/network/layers.h"

namespace hpsearch::nn {

HiddenLayer make_hidden_layer(const Settings& s,
                              std::size_t l,
                              const LinearLayer& layer,
                              std::size_t batch_rows,
                              std::size_t most_rows,
                              std::uint64_t seed) {
  const std::size_t trained = batch_rows * padded(layer.out);
  HiddenLayer h{.activation = {.kind = s.activation.of(l),
                               .slope = static_cast<float>(s.slope),
                               .alpha = static_cast<float>(s.alpha),
                               .pieces = layer.pieces},
                .norm = {},
                // Layer 0 of the masks is the inputs.
                .dropout = Dropout(s.dropout.of(l), seed, static_cast<std::uint32_t>(l + 1)),
                .linear = {},
                .normalised = {},
                .output = FloatBuffer(most_rows * padded(layer.out)),
                .slopes = FloatBuffer(has_own_slopes(s.activation.of(l)) ? trained : 0),
                .dropped = {},
                .delta = FloatBuffer(trained),
                .delta_linear = {}};
  const std::size_t wide = most_rows * layer.columns();
  if (s.batch_norm) {
    h.norm.emplace(layer.columns(), padded(layer.out), layer.out, s.bn_momentum, s.bn_epsilon);
  }
  if (h.norm || is_maxout(h)) {
    h.linear = FloatBuffer(wide);
  }
  if (is_maxout(h)) {
    h.delta_linear = FloatBuffer(batch_rows * layer.columns());
    h.normalised = FloatBuffer(h.norm ? wide : 0);
  }
  if (h.dropout.active() && !drops_in_place(h)) {
    h.dropped = FloatBuffer(h.output.size());
  }
  return h;
}

}  // namespace hpsearch::nn

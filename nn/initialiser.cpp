#include "nn/initialiser.h"

#include <algorithm>
#include <cmath>

#include "nn/mlp.h"

namespace hpsearch::nn {

void initialise(const Settings& settings,
                LinearLayer& layer,
                Stream& stream,
                const std::stop_token& stop) {
  const double deviation = settings.init == Initialiser::kHeNormal
                               ? std::sqrt(2.0 / static_cast<double>(layer.in))
                               : settings.init_std;
  const std::size_t stride = padded(layer.out);
  for (std::size_t i = 0; i < layer.in && !stop.stop_requested(); ++i) {
    for (std::size_t j = 0; j < layer.out; ++j) {
      layer.weights[i * stride + j] = static_cast<float>(deviation * stream.normal());
    }
  }
  std::fill(layer.bias.begin(), layer.bias.end(), 0.0F);
}

}  // namespace hpsearch::nn

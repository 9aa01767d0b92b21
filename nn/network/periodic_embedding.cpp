#include "nn/network/periodic_embedding.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "nn/base/vector_unit.h"
#include "nn/kernels/cos_sin.h"

namespace hpsearch::nn {
namespace {

constexpr float kTurn = 2.0F * std::numbers::pi_v<float>;
constexpr float kTurnsPerRadian = 1.0F / kTurn;

// In a fixed order, by halves, which vector units do at once.
float sum_of_lanes(float (&lanes)[kLanes]) {
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) {
      lanes[i] += lanes[i + half];
    }
  }
  return lanes[0];
}

// The parameters of one input, and the kept cosines and sines of one row, unless null.
struct Waves {
  const float* frequency;
  const float* phase;
  const float* weight;  // (kWaves, stride)
  const float* bias;
  std::size_t stride;
};

inline void embed(const Waves& at, float x, float* cosines, float* sines, float* y) {
  float sums[kWaves][kLanes] = {};
  for (std::size_t start = 0; start < at.stride; start += kLanes) {
    float cosine[kLanes];
    float sine[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::size_t k = start + i;
      const CosSin both = cos_sin_of_turns(at.frequency[k] * x + at.phase[k] * kTurnsPerRadian);
      cosine[i] = both.cos;
      sine[i] = both.sin;
    }
    for (std::size_t j = 0; j < kWaves; ++j) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        sums[j][i] += at.weight[j * at.stride + start + i] * cosine[i];
      }
    }
    if (cosines != nullptr) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        cosines[start + i] = cosine[i];
        sines[start + i] = sine[i];
      }
    }
  }
  for (std::size_t j = 0; j < kWaves; ++j) {
    y[j] = sum_of_lanes(sums[j]) + at.bias[j];
  }
}

// What all rows add to kLanes frequencies of one input.
struct Sums {
  float frequency[kLanes] = {};
  float phase[kLanes] = {};
  float weight[kWaves][kLanes] = {};
};

inline void add_row(const float* weight,
                    std::size_t stride,
                    float x,
                    const float* cosine,
                    const float* sine,
                    const float* delta,
                    Sums& sums) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    float of_cosine = 0.0F;
    for (std::size_t j = 0; j < kWaves; ++j) {
      of_cosine += delta[j] * weight[j * stride + i];
      sums.weight[j][i] += delta[j] * cosine[i];
    }
    const float of_phase = -(sine[i] * of_cosine);
    sums.phase[i] += of_phase;
    sums.frequency[i] += of_phase * x;
  }
}

}  // namespace

PeriodicEmbedding::PeriodicEmbedding(std::vector<std::uint32_t> inputs,
                                     std::size_t frequencies,
                                     std::size_t batch_rows)
    : inputs_(std::move(inputs)), frequencies_(frequencies), stride_(padded(frequencies)) {
  const std::size_t count = inputs_.size();
  frequency = frequency_gradient = phase = phase_gradient = FloatBuffer(count * stride_);
  weight = weight_gradient = FloatBuffer(count * kWaves * stride_);
  bias = bias_gradient = FloatBuffer(padded(count * kWaves));
  cosines_ = sines_ = FloatBuffer(batch_rows * count * stride_);
}

void PeriodicEmbedding::draw(double sigma, Stream& stream) {
  const double deviation = 1.0 / std::sqrt(static_cast<double>(frequencies_));
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    for (std::size_t k = 0; k < frequencies_; ++k) {
      frequency[i * stride_ + k] = static_cast<float>(sigma * stream.normal());
    }
    for (std::size_t k = 0; k < frequencies_; ++k) {
      phase[i * stride_ + k] =
          static_cast<float>(std::numbers::pi * (2.0 * stream.uniform() - 1.0));
    }
    for (std::size_t j = i * kWaves; j < (i + 1) * kWaves; ++j) {
      for (std::size_t k = 0; k < frequencies_; ++k) {
        weight[j * stride_ + k] = static_cast<float>(deviation * stream.normal());
      }
    }
  }
}

void PeriodicEmbedding::evaluate(float* x,
                                 std::size_t rows,
                                 std::size_t stride,
                                 std::size_t first) const {
  vectorised([=, columns = inputs_.data(), count = inputs_.size(), f = frequency.data(),
              p = phase.data(), w = weight.data(), b = bias.data(), width = stride_] {
    for (std::size_t row = 0; row < rows; ++row) {
      float* here = x + row * stride;
      for (std::size_t i = 0; i < count; ++i) {
        const Waves waves{f + i * width, p + i * width, w + i * kWaves * width, b + i * kWaves,
                          width};
        embed(waves, here[columns[i]], nullptr, nullptr, here + first + i * kWaves);
      }
    }
  });
}

void PeriodicEmbedding::train(float* x, std::size_t rows, std::size_t stride, std::size_t first) {
  vectorised([=, columns = inputs_.data(), count = inputs_.size(), f = frequency.data(),
              p = phase.data(), w = weight.data(), b = bias.data(), width = stride_,
              cosines = cosines_.data(), sines = sines_.data()] {
    for (std::size_t row = 0; row < rows; ++row) {
      float* here = x + row * stride;
      for (std::size_t i = 0; i < count; ++i) {
        const Waves waves{f + i * width, p + i * width, w + i * kWaves * width, b + i * kWaves,
                          width};
        const std::size_t at = (row * count + i) * width;
        embed(waves, here[columns[i]], cosines + at, sines + at, here + first + i * kWaves);
      }
    }
  });
}

void PeriodicEmbedding::backward(const float* x,
                                 std::size_t rows,
                                 std::size_t stride,
                                 const float* delta,
                                 std::size_t delta_stride) {
  const std::size_t count = inputs_.size();
  vectorised([=, columns = inputs_.data(), used = frequencies_, width = stride_, w = weight.data(),
              cosines = cosines_.data(), sines = sines_.data(), of_f = frequency_gradient.data(),
              of_p = phase_gradient.data(), of_w = weight_gradient.data()] {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t start = 0; start < width; start += kLanes) {
        Sums sums;
        for (std::size_t row = 0; row < rows; ++row) {
          const std::size_t kept = (row * count + i) * width + start;
          add_row(w + i * kWaves * width + start, width, x[row * stride + columns[i]],
                  cosines + kept, sines + kept, delta + row * delta_stride + i * kWaves, sums);
        }
        // The cosines of the padding are 1.
        for (std::size_t k = 0; k < kLanes; ++k) {
          const bool real = start + k < used;
          const std::size_t at = i * width + start + k;
          of_f[at] = real ? sums.frequency[k] * kTurn : 0.0F;
          of_p[at] = real ? sums.phase[k] : 0.0F;
          for (std::size_t j = 0; j < kWaves; ++j) {
            of_w[(i * kWaves + j) * width + start + k] = real ? sums.weight[j][k] : 0.0F;
          }
        }
      }
    }
  });
  for (std::size_t j = 0; j < count * kWaves; ++j) {
    float sum = 0.0F;
    for (std::size_t row = 0; row < rows; ++row) {
      sum += delta[row * delta_stride + j];
    }
    bias_gradient[j] = sum;
  }
}

}  // namespace hpsearch::nn

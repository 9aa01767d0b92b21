// Look-ups against the encoding written out and multiplied.

#include "nn/network/piecewise_linear.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/base/vector_unit.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {
namespace {

const std::vector<BinnedInput> kInputs{{0, {-1.0F, 0.0F, 0.5F, 2.0F}},
                                       {2, {0.0F, 1.0F}},
                                       {3, {-3.0F, -2.5F, -1.0F, 0.25F, 0.3F, 4.0F}}};
constexpr std::size_t kNumbers = 5;
constexpr std::size_t kBins = 9;

float draw(Stream& stream) {
  return static_cast<float>(2.0 * stream.normal());
}

// Of one row: the encodings of all inputs, bin after bin.
std::vector<float> encoded(const float* x) {
  std::vector<float> all;
  for (const BinnedInput& input : kInputs) {
    for (std::size_t j = 0; j + 1 < input.edges.size(); ++j) {
      const float low = input.edges[j];
      all.push_back(std::clamp((x[input.input] - low) / (input.edges[j + 1] - low), 0.0F, 1.0F));
    }
  }
  return all;
}

// Values inside, outside and at the edges, in rows of padded(kNumbers).
std::vector<float> some_rows(std::size_t rows, Stream& stream) {
  std::vector<float> x(rows * padded(kNumbers));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < kNumbers; ++i) {
      x[row * padded(kNumbers) + i] = draw(stream);
    }
    const BinnedInput& input = kInputs[row % kInputs.size()];
    if (row % 4 == 0) {
      x[row * padded(kNumbers) + input.input] = input.edges[row / 4 % input.edges.size()];
    }
  }
  return x;
}

TEST(PiecewiseLinear, EqualsTheProductWithTheEncoding) {
  for (const std::size_t width : {16U, 64U, 80U, 128U}) {
    Stream stream(width, Purpose::kInitialise);
    constexpr std::size_t kRows = 37;
    const auto x = some_rows(kRows, stream);
    std::vector<float> weights(kBins * width);
    std::vector<float> z(kRows * width);
    for (auto* values : {&weights, &z}) {
      std::generate(values->begin(), values->end(), [&] { return draw(stream); });
    }
    const std::vector<float> before = z;
    PiecewiseLinear layer(kInputs, width);
    ASSERT_EQ(layer.bins(), kBins);
    std::vector<BinPlace> places(kRows * layer.places());
    layer.place(x.data(), kRows, padded(kNumbers), places.data());
    layer.sum_weights(weights.data());
    layer.add(places.data(), kRows, z.data());
    std::vector<float> gradient(kBins * width, 7.0F);
    layer.backward(places.data(), kRows, before.data(), false, gradient.data());
    std::vector<float> added(kBins * width, 7.0F);
    layer.backward(places.data(), kRows, before.data(), true, added.data());

    std::vector<double> expected(kBins * width);
    for (std::size_t row = 0; row < kRows; ++row) {
      const auto inputs = encoded(x.data() + row * padded(kNumbers));
      for (std::size_t j = 0; j < width; ++j) {
        auto sum = static_cast<double>(before[row * width + j]);
        for (std::size_t bin = 0; bin < kBins; ++bin) {
          const auto input = static_cast<double>(inputs[bin]);
          sum += input * static_cast<double>(weights[bin * width + j]);
          expected[bin * width + j] += input * static_cast<double>(before[row * width + j]);
        }
        EXPECT_NEAR(z[row * width + j], sum, 1e-6 * std::max(10.0, std::abs(sum)));
      }
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(gradient[i], expected[i], 1e-6 * std::max(30.0, std::abs(expected[i])));
      EXPECT_NEAR(added[i], expected[i] + 7.0, 1e-6 * std::max(30.0, std::abs(expected[i])));
    }
  }
}

TEST(PiecewiseLinear, HasTheSameBitsOnEveryVectorUnit) {
  const auto on = [](VectorUnit unit) {
    const VectorUnit before = use_vector_unit(unit);
    constexpr std::size_t kRows = 13;
    constexpr std::size_t kWidth = 80;
    Stream stream(8, Purpose::kInitialise);
    const auto x = some_rows(kRows, stream);
    std::vector<float> weights(kBins * kWidth);
    std::vector<float> z(kRows * kWidth);
    for (auto* values : {&weights, &z}) {
      std::generate(values->begin(), values->end(), [&] { return draw(stream); });
    }
    PiecewiseLinear layer(kInputs, kWidth);
    std::vector<BinPlace> places(kRows * layer.places());
    layer.place(x.data(), kRows, padded(kNumbers), places.data());
    layer.sum_weights(weights.data());
    layer.add(places.data(), kRows, z.data());
    std::vector<float> gradient(kBins * kWidth);
    layer.backward(places.data(), kRows, z.data(), false, gradient.data());
    z.insert(z.end(), gradient.begin(), gradient.end());
    use_vector_unit(before);
    return z;
  };
  EXPECT_EQ(on(VectorUnit::kBaseline), on(VectorUnit::kAvx2));
  EXPECT_EQ(on(VectorUnit::kBaseline), on(VectorUnit::kAvx512));
}

// A network with bins, and one that reads the same numbers as a matrix, from the same seed: their
// first weights are the same.
TEST(PiecewiseLinear, LeavesTheNetworkOfWrittenOutInputs) {
  for (const char* variant : {"relu", "scaling", "ntk", "batch_norm", "none", "accumulated"}) {
    SCOPED_TRACE(variant);
    const std::string_view name = variant;
    Settings settings;
    settings.hidden = name == "none" ? std::vector<int>{} : std::vector<int>{24};
    settings.activation.values = {name == "ntk" ? Activation::kMish : Activation::kRelu};
    settings.scaling = name == "scaling";
    settings.parametrization = name == "ntk" ? Parametrization::kNtk : Parametrization::kStandard;
    settings.batch_norm = name == "batch_norm";
    constexpr std::size_t kRows = 12;  // of batches of 20
    Mlp looked_up(
        settings,
        [] {
          NetworkInputs inputs(kNumbers);
          inputs.binned = kInputs;
          return inputs;
        }(),
        3, 20, 9);
    Mlp written_out(settings, kNumbers + kBins, 3, 20, 9);
    ASSERT_EQ(looked_up.layers()[0].weights, written_out.layers()[0].weights);
    Stream stream(3, Purpose::kInitialise);
    // With ntk the last layer starts at 0, and no gradient would come through.
    for (std::size_t i = 0; i < looked_up.layers().back().weights.size(); ++i) {
      if (i % looked_up.layers().back().columns() < 3) {
        looked_up.layers().back().weights[i] += 0.1F * static_cast<float>(i % 7);
        written_out.layers().back().weights[i] = looked_up.layers().back().weights[i];
      }
    }
    const auto x = some_rows(kRows, stream);
    std::copy(x.begin(), x.end(), looked_up.inputs().begin());
    for (std::size_t row = 0; row < kRows; ++row) {
      const float* numbers = x.data() + row * padded(kNumbers);
      float* to = written_out.inputs().data() + row * written_out.input_stride();
      std::copy_n(numbers, kNumbers, to);
      const auto bins = encoded(numbers);
      std::copy(bins.begin(), bins.end(), to + kNumbers);
    }
    std::vector<std::uint32_t> labels;
    for (std::uint32_t row = 0; row < kRows; ++row) {
      labels.push_back(row % 3);
    }
    const BatchTargets targets{.labels = labels};
    EXPECT_NEAR(looked_up.evaluate(targets).loss, written_out.evaluate(targets).loss, 1e-4);
    std::vector<FloatBuffer> sums;
    std::vector<std::vector<float*>> accumulators(2);
    for (std::size_t network = 0; name == "accumulated" && network < 2; ++network) {
      for (const LinearLayer& layer : looked_up.layers()) {
        sums.emplace_back(layer.weights.size(), 0.5F);
        accumulators[network].push_back(sums.back().data());
      }
    }
    const double loss = looked_up.forward_backward(targets, 0, accumulators[0]).loss;
    EXPECT_NEAR(loss, written_out.forward_backward(targets, 0, accumulators[1]).loss, 1e-4);
    const auto got = looked_up.parameters();
    const auto expected = written_out.parameters();
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t p = 0; p < got.size(); ++p) {
      for (std::size_t i = 0; i < got[p].gradient.size(); ++i) {
        EXPECT_NEAR(got[p].gradient[i], expected[p].gradient[i], 2e-6) << got[p].name << i;
      }
    }
    for (std::size_t i = 0; i < sums.size() / 2; ++i) {
      for (std::size_t j = 0; j < sums[i].size(); ++j) {
        EXPECT_NEAR(sums[i][j], sums[sums.size() / 2 + i][j], 2e-6);
      }
    }
  }
}

}  // namespace
}  // namespace hpsearch::nn

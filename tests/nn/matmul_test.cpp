#include "nn/matmul.h"

#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "nn/aligned.h"
#include "nn/compute_thread.h"

namespace hpsearch::nn {
namespace {

FloatBuffer random_matrix(std::size_t size, std::mt19937& random) {
  std::normal_distribution<float> normal;
  FloatBuffer values(size);
  for (float& v : values) {
    v = normal(random);
  }
  return values;
}

// Three loops in float64.
std::vector<double> product(const MatmulSpec& s,
                            const FloatBuffer& a,
                            const FloatBuffer& b,
                            const FloatBuffer& bias) {
  std::vector<double> c(s.rows * s.columns);
  for (std::size_t i = 0; i < s.rows; ++i) {
    for (std::size_t j = 0; j < s.columns; ++j) {
      double sum = s.bias ? static_cast<double>(bias[j]) : 0.0;
      for (std::size_t k = 0; k < s.inner; ++k) {
        const float x = s.a == Layout::kPlain ? a[i * s.inner + k] : a[k * s.rows + i];
        const float y = s.b == Layout::kPlain ? b[k * s.columns + j] : b[j * s.inner + k];
        sum += static_cast<double>(x) * static_cast<double>(y);
      }
      c[i * s.columns + j] = s.epilogue == Epilogue::kRelu ? std::max(sum, 0.0) : sum;
    }
  }
  return c;
}

TEST(Matmul, EqualsThreeLoopsForEveryLayoutAndEpilogue) {
  const ComputeThread guard;
  std::mt19937 random(1);
  std::uniform_int_distribution<std::size_t> size(1, 90);
  MatmulContext context;
  for (int trial = 0; trial < 60; ++trial) {
    const MatmulSpec spec{size(random),
                          size(random),
                          size(random),
                          trial % 2 == 0 ? Layout::kPlain : Layout::kTransposed,
                          trial / 2 % 2 == 0 ? Layout::kPlain : Layout::kTransposed,
                          trial / 4 % 2 == 0,
                          trial / 8 % 2 == 0 ? Epilogue::kNone : Epilogue::kRelu};
    const FloatBuffer a = random_matrix(spec.rows * spec.inner, random);
    const FloatBuffer b = random_matrix(spec.inner * spec.columns, random);
    const FloatBuffer bias = random_matrix(spec.columns, random);
    FloatBuffer c(spec.rows * spec.columns, 77.0F);
    Matmul(context, spec).run(a.data(), b.data(), bias.data(), c.data());
    const std::vector<double> expected = product(spec, a, b, bias);
    for (std::size_t i = 0; i < c.size(); ++i) {
      // A sum of k products of standard normals has deviation sqrt(k); float32 rounds each to 6e-8.
      ASSERT_NEAR(static_cast<double>(c[i]), expected[i],
                  2e-6 * std::sqrt(static_cast<double>(spec.inner)) + 2e-6)
          << spec.rows << " x " << spec.inner << " x " << spec.columns << ", trial " << trial;
    }
  }
}

TEST(Matmul, GivesTheSameBitsOnSeveralThreadsAtOnce) {
  const MatmulSpec spec{
      .rows = 64, .inner = 256, .columns = 256, .bias = true, .epilogue = Epilogue::kRelu};
  std::mt19937 random(2);
  const FloatBuffer a = random_matrix(spec.rows * spec.inner, random);
  const FloatBuffer b = random_matrix(spec.inner * spec.columns, random);
  const FloatBuffer bias = random_matrix(spec.columns, random);
  std::vector<FloatBuffer> results(4);
  {
    std::vector<std::jthread> threads;
    for (FloatBuffer& result : results) {
      threads.emplace_back([&] {
        const ComputeThread guard;
        MatmulContext context;
        Matmul matmul(context, spec);
        for (int i = 0; i < 50; ++i) {
          FloatBuffer c(spec.rows * spec.columns);
          matmul.run(a.data(), b.data(), bias.data(), c.data());
          ASSERT_TRUE(result.empty() || result == c);
          result = std::move(c);
        }
      });
    }
  }
  for (const FloatBuffer& result : results) {
    EXPECT_EQ(result, results.front());
  }
}

}  // namespace
}  // namespace hpsearch::nn

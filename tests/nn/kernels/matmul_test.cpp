#include "nn/kernels/matmul.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "nn/base/vector_unit.h"
#include "nn/kernels/rounded_weights.h"

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

// The definition: three loops in float64.
std::vector<double> product(const MatmulSpec& s,
                            const FloatBuffer& a,
                            const FloatBuffer& b,
                            const FloatBuffer& bias,
                            float before = 0.0F) {
  std::vector<double> c(s.rows * s.columns);
  for (std::size_t i = 0; i < s.rows; ++i) {
    for (std::size_t j = 0; j < s.columns; ++j) {
      double sum = s.bias ? static_cast<double>(bias[j]) : 0.0;
      sum += s.accumulate ? static_cast<double>(before) : 0.0;
      for (std::size_t k = 0; k < s.inner; ++k) {
        const float x = s.a == Layout::kPlain ? a[i * s.inner + k] : a[k * s.rows + i];
        const float y = s.b == Layout::kTransposed ? b[j * s.inner + k] : b[k * s.columns + j];
        sum += static_cast<double>(x) * static_cast<double>(y);
      }
      c[i * s.columns + j] = s.epilogue == Epilogue::kRelu ? std::max(sum, 0.0) : sum;
    }
  }
  return c;
}

void expect_product(const FloatBuffer& c,
                    const std::vector<double>& expected,
                    const MatmulSpec& s) {
  for (std::size_t i = 0; i < c.size(); ++i) {
    // A sum of k products of standard normals has deviation sqrt(k); float32 rounds each step by up
    // to 6e-8 of it.
    ASSERT_NEAR(static_cast<double>(c[i]), expected[i],
                2e-6 * std::sqrt(static_cast<double>(s.inner)) + 2e-6)
        << s.rows << " x " << s.inner << " x " << s.columns << " at " << i;
  }
}

TEST(Matmul, EqualsThreeLoopsForEveryLayoutAndEpilogue) {
  const ComputeThread guard;
  std::mt19937 random(1);
  std::uniform_int_distribution<std::size_t> size(1, 90);
  MatmulContext context;
  for (int trial = 0; trial < 60; ++trial) {
    const MatmulSpec spec{.rows = size(random),
                          .inner = size(random),
                          .columns = size(random),
                          .a = trial % 2 == 0 ? Layout::kPlain : Layout::kTransposed,
                          .b = trial / 2 % 2 == 0 ? Layout::kPlain : Layout::kTransposed,
                          .bias = trial / 4 % 2 == 0,
                          .epilogue = trial / 8 % 2 == 0 ? Epilogue::kNone : Epilogue::kRelu};
    const FloatBuffer a = random_matrix(spec.rows * spec.inner, random);
    const FloatBuffer b = random_matrix(spec.inner * spec.columns, random);
    const FloatBuffer bias = random_matrix(spec.columns, random);
    FloatBuffer c(spec.rows * spec.columns, 77.0F);
    Matmul(context, spec).run(a.data(), b.data(), bias.data(), c.data());
    expect_product(c, product(spec, a, b, bias), spec);
  }
}

// Our kernel takes padded columns and any number of rows. Runs with it and with oneDNN alone.
TEST(Matmul, EqualsThreeLoopsForEveryWidthAndAnyRows) {
  const ComputeThread guard;
  std::mt19937 random(3);
  for (const VectorUnit unit : {VectorUnit::kBaseline, VectorUnit::kAvx512}) {
    use_vector_unit(unit);
    MatmulContext context;
    for (std::size_t rows = 1; rows <= 65; ++rows) {
      for (const std::size_t columns : {16U, 32U, 48U, 64U, 80U}) {
        const MatmulSpec spec{.rows = rows,
                              .inner = rows % 3 == 0 ? 4 * (rows % 9 + 1) : rows % 37 + 1,
                              .columns = columns,
                              .a = rows % 2 == 0 ? Layout::kPlain : Layout::kTransposed,
                              .b = rows % 3 == 0 ? Layout::kTransposed : Layout::kPlain,
                              .bias = rows % 5 < 2,
                              .accumulate = rows % 5 == 3,
                              .epilogue = rows % 5 == 1 ? Epilogue::kRelu : Epilogue::kNone};
        const FloatBuffer a = random_matrix(spec.rows * spec.inner, random);
        const FloatBuffer b = random_matrix(spec.inner * spec.columns, random);
        const FloatBuffer bias = random_matrix(spec.columns, random);
        FloatBuffer c(spec.rows * spec.columns, 0.75F);
        Matmul(context, spec).run(a.data(), b.data(), bias.data(), c.data());
        expect_product(c, product(spec, a, b, bias, 0.75F), spec);
      }
    }
  }
}

// Products of the rounded numbers are exact; their sums are float32.
TEST(Matmul, EqualsThreeLoopsOverRoundedNumbers) {
  if (!has_bfloat16()) {
    GTEST_SKIP() << "this CPU does not multiply bfloat16";
  }
  const ComputeThread guard;
  std::mt19937 random(4);
  std::uniform_int_distribution<std::size_t> size(1, 90);
  MatmulContext context;
  std::size_t packed = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Layout b_layout = trial % 3 == 0   ? Layout::kTransposed
                            : trial % 3 == 1 ? Layout::kPlain
                                             : Layout::kPacked;
    const MatmulSpec spec{
        .rows = size(random),
        .inner = b_layout == Layout::kPacked ? padded(size(random)) : size(random),
        .columns = padded(size(random)),
        .a = trial % 2 == 0 ? Layout::kPlain : Layout::kTransposed,
        .b = b_layout,
        .bias = trial / 4 % 2 == 0,
        .accumulate = trial / 4 % 2 == 1,
        .epilogue = trial / 4 % 2 == 0 ? Epilogue::kRelu : Epilogue::kNone,
        .operands = Number::kBfloat16};
    FloatBuffer a = random_matrix(spec.rows * spec.inner, random);
    FloatBuffer b = random_matrix(spec.inner * spec.columns, random);
    const FloatBuffer bias = random_matrix(spec.columns, random);
    Matmul matmul(context, spec);
    RoundedWeights weights(spec.inner, spec.columns, matmul.packing(), false);
    if (b_layout == Layout::kPacked) {  // a few rows at a time, as the optimizer does
      weights.update(b.data(), 2, spec.inner);
      weights.update(b.data(), 0, 2);
    }
    packed += matmul.packing().width > 0 ? 1U : 0U;
    Bfloat16Buffer rounded_a(a.size());
    Bfloat16Buffer rounded_b(b.size());
    round_bfloat16(a.data(), a.size(), rounded_a.data());
    round_bfloat16(b.data(), b.size(), rounded_b.data());
    std::transform(rounded_a.begin(), rounded_a.end(), a.begin(), to_float);
    std::transform(rounded_b.begin(), rounded_b.end(), b.begin(), to_float);
    FloatBuffer c(spec.rows * spec.columns, 0.75F);
    matmul.run(rounded_a.data(), b_layout == Layout::kPacked ? weights.forward() : rounded_b.data(),
               bias.data(), c.data());
    expect_product(c, product(spec, a, b, bias, 0.75F), spec);
  }
  EXPECT_GT(packed, 10U);  // otherwise no packing was tested
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

#include "nn/settings/precision.h"

#include <string>

#include <gtest/gtest.h>

#include "nn/kernels/matmul.h"

namespace hpsearch::nn {
namespace {

Settings with(const std::string& precision, std::vector<int> hidden) {
  Settings settings = make_settings({{"precision", precision}});
  settings.hidden = std::move(hidden);
  return settings;
}

TEST(Precision, IsFloat32UnlessItIsAskedFor) {
  EXPECT_FALSE(uses_bfloat16(Settings{}, 784, 10));
  EXPECT_FALSE(uses_bfloat16(with("f32", {256}), 784, 10));
}

TEST(Precision, OfAutoIsBfloat16WhereALayerIsLargeAndTheCpuCan) {
  const bool can = has_bfloat16();
  EXPECT_EQ(uses_bfloat16(with("auto", {256}), 784, 10), can);
  EXPECT_EQ(uses_bfloat16(with("auto", {16, 128, 128}), 16, 10), can);
  EXPECT_EQ(uses_bfloat16(with("auto", {4}), 4, 5000), can);
  EXPECT_FALSE(uses_bfloat16(with("auto", {32}), 64, 10));
  Settings one_by_one = with("auto", {256});
  one_by_one.batch_size = 7;
  EXPECT_FALSE(uses_bfloat16(one_by_one, 784, 10));
  Settings maxout = with("auto", {128});
  EXPECT_FALSE(uses_bfloat16(maxout, 64, 10));
  maxout.activation = Activation::kMaxout;
  EXPECT_EQ(uses_bfloat16(maxout, 64, 10), can);  // 64 x 128 x 2
  EXPECT_FALSE(uses_bfloat16(with("auto", {}), 784, 10));
}

// On every CPU: the look-ups of bins are float32.
TEST(Precision, OfEmbeddedInputsIsFloat32) {
  Settings settings = with("auto", {256});
  settings.embedding = Embedding::kPle;
  EXPECT_FALSE(uses_bfloat16(settings, 784, 10));
  settings.precision = Precision::kBf16;
  EXPECT_THROW(uses_bfloat16(settings, 784, 10), SettingError);
}

TEST(Precision, OfBfloat16NeedsACpuThatHasIt) {
  if (has_bfloat16()) {
    EXPECT_TRUE(uses_bfloat16(with("bf16", {4}), 4, 2));
    EXPECT_EQ(bfloat16_objection(), "");
    return;
  }
  EXPECT_THROW(uses_bfloat16(with("bf16", {4}), 4, 2), SettingError);
}

}  // namespace
}  // namespace hpsearch::nn

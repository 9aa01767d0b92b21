// Counts calls of operator new. Not under sanitizers, which replace it themselves.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include <gtest/gtest.h>

#include "nn/kernels/small_matmul.h"
#include "nn/training/trainer.h"

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  bytes = (bytes + alignment - 1) / alignment * alignment;
  if (void* p = std::aligned_alloc(alignment, bytes == 0 ? alignment : bytes)) {
    return p;
  }
  throw std::bad_alloc();
}

}  // namespace

// Not inlined: g++ would warn that what `new` has given goes to free().
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  return counted(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}

namespace hpsearch::nn {
namespace {

// The number of allocations in the second epoch over this many rows.
std::size_t allocations_of_an_epoch(const SettingMap& map, std::uint32_t rows) {
  auto dataset = std::make_shared<Dataset>();
  dataset->rows = rows + 40;
  dataset->columns = 20;
  dataset->classes = 3;
  TrainingData data;
  for (std::uint32_t row = 0; row < dataset->rows; ++row) {
    for (std::uint32_t c = 0; c < 20; ++c) {
      dataset->features.push_back(static_cast<std::uint8_t>((row * 31 + c * 17) % 251));
    }
    dataset->labels.push_back(row % 3);
    (row < rows ? data.split.train : data.split.validation).push_back(row);
  }
  data.scaling = fit_scaling(*dataset, data.split.train, Preprocess::kUnit);
  data.dataset = dataset;
  Trainer trainer(make_settings(map), data, 1);
  trainer.look_into(Diagnostics::kNone);
  trainer.train_epoch();
  const std::size_t before = allocations;
  trainer.train_epoch();
  return allocations - before;
}

// oneDNN allocates at each call, so this covers products of our own kernel only.
TEST(Allocation, DoesNotHappenInAnUpdate) {
  if (!SmallMatmul::is_supported()) {
    GTEST_SKIP() << "the own kernel needs AVX-512";
  }
  const SettingMap base{{"hidden", ValueList{std::int64_t{24}, std::int64_t{16}}},
                        {"batch_size", std::int64_t{32}},
                        {"l2", 1e-3}};
  const std::vector<SettingMap> further{
      {{"dropout", 0.3}, {"input_dropout", 0.1}},
      {{"optimizer", std::string("adam")}, {"batch_norm", true}},
      {{"activation", std::string("maxout")}, {"grad_clip", 1.0}, {"max_norm", 2.0}},
      {{"class_weights", std::string("balanced")}, {"label_smoothing", 0.1}}};
  for (const SettingMap& some : further) {
    SettingMap map = some;
    map.insert(base.begin(), base.end());
    EXPECT_EQ(allocations_of_an_epoch(map, 1600), allocations_of_an_epoch(map, 160))
        << some.begin()->first;
  }
}

}  // namespace
}  // namespace hpsearch::nn

#endif

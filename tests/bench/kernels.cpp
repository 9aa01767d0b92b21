// The parts of a training step, each on its own, by Google Benchmark: one thread, CPU time.
//
//   bench_kernels [--benchmark_filter=REGEX] [--benchmark_format=json] ...
//
// A rate of bytes counts what a pass must read and write at least once, a rate of items numbers,
// rows or samples as its benchmark says.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "nn/base/random.h"
#include "nn/data/gather.h"
#include "nn/data/preprocess.h"
#include "nn/kernels/activation.h"
#include "nn/network/batch_norm.h"
#include "nn/network/dropout.h"
#include "nn/network/loss.h"
#include "nn/network/mlp.h"
#include "nn/training/batch_loader.h"
#include "nn/training/optimizer.h"
#include "tests/bench/bench_network.h"

namespace hpsearch::bench {
namespace {

using nn::FloatBuffer;

// Numbers from -1 to 1.
FloatBuffer numbers(std::size_t n) {
  FloatBuffer x(n);
  nn::Stream stream(1, nn::Purpose::kSample);
  for (float& v : x) {
    v = static_cast<float>(2.0 * stream.uniform() - 1.0);
  }
  return x;
}

std::size_t size_arg(const benchmark::State& state, std::size_t i) {
  return static_cast<std::size_t>(state.range(i));
}

// So many bytes in each iteration.
void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
void count_items(benchmark::State& state, std::size_t items) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
}

// {batch, inputs}: bytes of 60,000 images, or of what a network of fewer inputs reads, in an order
// that no prefetcher foresees; items are rows.
void gather_rows(benchmark::State& state) {
  const nn::ComputeThread guard;
  const std::size_t batch = size_arg(state, 0);
  const std::size_t columns = size_arg(state, 1);
  nn::Dataset dataset;
  dataset.rows = 60'000;
  dataset.columns = columns;
  dataset.features.resize(dataset.rows * columns);
  for (std::size_t i = 0; i < dataset.features.size(); ++i) {
    dataset.features[i] = static_cast<std::uint8_t>(i * 7 % 251);
  }
  std::vector<std::uint32_t> order(dataset.rows);
  std::iota(order.begin(), order.end(), 0U);
  nn::Stream stream(1, nn::Purpose::kShuffle);
  nn::shuffle(order, stream);
  const nn::ColumnScaling scaling = nn::fit_scaling(dataset, order, nn::Preprocess::kUnit);
  FloatBuffer out(batch * nn::padded(columns));
  std::size_t start = 0;
  for (auto _ : state) {
    nn::gather_rows(dataset, scaling, std::span(order).subspan(start, batch), out.data(),
                    nn::padded(columns));
    benchmark::ClobberMemory();
    start = start + 2 * batch <= order.size() ? start + batch : 0;
  }
  count_items(state, batch);
}
BENCHMARK(gather_rows)->ArgNames({"batch", "inputs"})->ArgsProduct({{32, 256}, {784, 64}});

// {batch, classes}; items are rows. The gradient takes the logits' place: they are put back, which
// is a small part of it.
void batch_loss_gradient(benchmark::State& state) {
  const nn::ComputeThread guard;
  const std::size_t batch = size_arg(state, 0);
  const std::size_t classes = size_arg(state, 1);
  const std::size_t stride = nn::padded(classes);
  const FloatBuffer logits = numbers(batch * stride);
  FloatBuffer outputs = logits;
  std::vector<std::uint32_t> labels(batch);
  for (std::size_t row = 0; row < batch; ++row) {
    labels[row] = static_cast<std::uint32_t>(row % classes);
  }
  const nn::BatchTargets targets{.labels = labels};
  for (auto _ : state) {
    outputs = logits;
    benchmark::DoNotOptimize(nn::batch_loss_gradient(outputs.data(), stride, classes, targets));
  }
  count_items(state, batch);
}
BENCHMARK(batch_loss_gradient)->ArgNames({"batch", "classes"})->ArgsProduct({{32, 256}, {10, 26}});

void activate(benchmark::State& state, nn::Activation kind) {
  const nn::ComputeThread guard;
  const FloatBuffer x = numbers(size_arg(state, 0));
  FloatBuffer y(x.size());
  for (auto _ : state) {
    nn::activate({.kind = kind}, x.data(), y.data(), x.size());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 2 * sizeof(float) * x.size());
}
BENCHMARK_CAPTURE(activate, relu, nn::Activation::kRelu)->Arg(65'536);
BENCHMARK_CAPTURE(activate, tanh, nn::Activation::kTanh)->Arg(65'536);
BENCHMARK_CAPTURE(activate, sigmoid, nn::Activation::kSigmoid)->Arg(65'536);
BENCHMARK_CAPTURE(activate, elu, nn::Activation::kElu)->Arg(65'536);
BENCHMARK_CAPTURE(activate, selu, nn::Activation::kSelu)->Arg(65'536);
BENCHMARK_CAPTURE(activate, mish, nn::Activation::kMish)->Arg(65'536);
BENCHMARK_CAPTURE(activate, silu, nn::Activation::kSilu)->Arg(65'536);
BENCHMARK_CAPTURE(activate, gelu, nn::Activation::kGelu)->Arg(65'536);

// What training calls: the value and the slope in one pass.
void activate_with_slopes(benchmark::State& state, nn::Activation kind) {
  const nn::ComputeThread guard;
  const FloatBuffer x = numbers(size_arg(state, 0));
  FloatBuffer y(x.size());
  FloatBuffer slopes(x.size());
  for (auto _ : state) {
    nn::activate_with_slopes({.kind = kind}, x.data(), y.data(), slopes.data(), x.size());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 3 * sizeof(float) * x.size());
}
BENCHMARK_CAPTURE(activate_with_slopes, mish, nn::Activation::kMish)->Arg(65'536);
BENCHMARK_CAPTURE(activate_with_slopes, silu, nn::Activation::kSilu)->Arg(65'536);
BENCHMARK_CAPTURE(activate_with_slopes, gelu, nn::Activation::kGelu)->Arg(65'536);

void activation_gradient(benchmark::State& state, nn::Activation kind) {
  const nn::ComputeThread guard;
  const FloatBuffer y = numbers(size_arg(state, 0));
  FloatBuffer delta(y.size());
  for (auto _ : state) {
    nn::activation_gradient({.kind = kind}, y.data(), delta.data(), y.size());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 3 * sizeof(float) * y.size());
}
BENCHMARK_CAPTURE(activation_gradient, relu, nn::Activation::kRelu)->Arg(65'536);
BENCHMARK_CAPTURE(activation_gradient, tanh, nn::Activation::kTanh)->Arg(65'536);
BENCHMARK_CAPTURE(activation_gradient, selu, nn::Activation::kSelu)->Arg(65'536);

void multiply_by_slopes(benchmark::State& state) {
  const nn::ComputeThread guard;
  const FloatBuffer slopes = numbers(size_arg(state, 0));
  FloatBuffer delta(slopes.size());
  for (auto _ : state) {
    nn::multiply_by_slopes(slopes.data(), delta.data(), slopes.size());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 3 * sizeof(float) * slopes.size());
}
BENCHMARK(multiply_by_slopes)->Arg(65'536);

void fill_u16(benchmark::State& state) {
  std::vector<std::uint16_t> out(size_arg(state, 0));
  std::uint32_t step = 0;
  for (auto _ : state) {
    nn::fill_u16(1, nn::Purpose::kDropout, 1, step++, out);
    benchmark::ClobberMemory();
  }
  count_bytes(state, sizeof(std::uint16_t) * out.size());
}
BENCHMARK(fill_u16)->Arg(65'536);

void dropout_apply(benchmark::State& state) {
  const nn::ComputeThread guard;
  const FloatBuffer x = numbers(size_arg(state, 0));
  FloatBuffer y(x.size());
  nn::Dropout dropout(0.5, 1, 1);
  std::uint32_t step = 0;
  for (auto _ : state) {
    dropout.apply(step++, x.data(), y.data(), x.size());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 2 * sizeof(float) * x.size());
}
BENCHMARK(dropout_apply)->Arg(65'536);

// {rows, width}
void batch_norm_train(benchmark::State& state) {
  const nn::ComputeThread guard;
  const std::size_t rows = size_arg(state, 0);
  const std::size_t width = size_arg(state, 1);
  nn::BatchNorm norm(width, width, width, 0.1, 1e-5);
  const FloatBuffer x = numbers(rows * width);
  FloatBuffer y(x.size());
  for (auto _ : state) {
    norm.train(x.data(), rows, y.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 2 * sizeof(float) * x.size());
}
BENCHMARK(batch_norm_train)->ArgNames({"rows", "width"})->Args({64, 64})->Args({256, 256});

void batch_norm_backward(benchmark::State& state) {
  const nn::ComputeThread guard;
  const std::size_t rows = size_arg(state, 0);
  const std::size_t width = size_arg(state, 1);
  nn::BatchNorm norm(width, width, width, 0.1, 1e-5);
  const FloatBuffer x = numbers(rows * width);
  FloatBuffer delta(x.size());
  norm.train(x.data(), rows, delta.data());
  for (auto _ : state) {
    norm.backward(x.data(), rows, delta.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 3 * sizeof(float) * x.size());
}
BENCHMARK(batch_norm_backward)->ArgNames({"rows", "width"})->Args({64, 64})->Args({256, 256});

nn::SettingMap optimizer_map(const std::string& optimizer) {
  return {{"optimizer", optimizer}, {"learning_rate", 1e-3}, {"l2", 1e-4}};
}

// {weights}; items are weights. With l2, as a search mostly has it.
void optimizer_step(benchmark::State& state, const std::string& name) {
  const nn::ComputeThread guard;
  FloatBuffer value = numbers(size_arg(state, 0));
  FloatBuffer gradient = value;
  const std::vector<nn::Parameter> parameters{{.name = "layers.0.weight",
                                               .value = value,
                                               .gradient = gradient,
                                               .weight = true,
                                               .rows = 1,
                                               .stride = value.size()}};
  nn::Optimizer optimizer(nn::make_settings(optimizer_map(name)), parameters);
  for (auto _ : state) {
    optimizer.step(parameters, 1e-3);
    benchmark::ClobberMemory();
  }
  count_items(state, value.size());
}
BENCHMARK_CAPTURE(optimizer_step, sgd, "sgd")->Arg(2'048)->Arg(200'704);
BENCHMARK_CAPTURE(optimizer_step, adam, "adam")->Arg(2'048)->Arg(200'704);

// {batch}; items are samples. The inputs lie ready: neither the gather nor the update is in it.
void forward_backward(benchmark::State& state, Network network) {
  const nn::ComputeThread guard;
  network.batch = state.range(0);
  const auto inputs = static_cast<std::size_t>(network.widths.front());
  const auto classes = static_cast<std::size_t>(network.widths.back());
  const auto batch = static_cast<std::size_t>(network.batch);
  nn::Mlp mlp(settings_of(network), inputs, classes, batch, 1);
  nn::Stream stream(1, nn::Purpose::kSample);
  std::vector<std::uint32_t> labels(batch);
  for (std::size_t row = 0; row < batch; ++row) {
    labels[row] = static_cast<std::uint32_t>(stream.below(classes));
    for (std::size_t c = 0; c < inputs; ++c) {
      mlp.inputs()[row * mlp.input_stride() + c] = static_cast<float>(stream.uniform());
    }
  }
  const nn::BatchTargets targets{.labels = labels};
  std::uint32_t step = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(mlp.forward_backward(targets, step++));
  }
  count_items(state, batch);
}

struct NamedNetwork {
  const char* name;
  Network network;
};

const std::vector<NamedNetwork>& networks() {
  static const std::vector<NamedNetwork> all{
      {"784-256-10", {.widths = {784, 256, 10}}},
      {"784-256-256-10-dropout", {.widths = {784, 256, 256, 10}, .dropout = 0.5}},
      {"784-50-10-batch-norm", {.widths = {784, 50, 10}, .batch_norm = true}},
      {"64-32-10", {.widths = {64, 32, 10}}},
      {"16-64-26", {.widths = {16, 64, 26}}},
      // The recipe for tables: eight numeric columns in 33 parts each.
      {"264-128-128-10-relu", {.widths = {264, 128, 128, 10}, .dropout = 0.15}},
      {"264-128-128-10-tanh",
       {.widths = {264, 128, 128, 10}, .dropout = 0.15, .activation = "tanh"}},
      {"264-128-128-10-selu",
       {.widths = {264, 128, 128, 10}, .dropout = 0.15, .activation = "selu"}},
      {"264-128-128-10-mish",
       {.widths = {264, 128, 128, 10}, .dropout = 0.15, .activation = "mish"}},
      {"264-128-128-10-mish-scaling",
       {.widths = {264, 128, 128, 10}, .dropout = 0.15, .activation = "mish", .scaling = true}}};
  return all;
}

}  // namespace
}  // namespace hpsearch::bench

int main(int argc, char** argv) {
  using namespace hpsearch::bench;
  for (const NamedNetwork& n : networks()) {
    const std::string name = std::string("forward_backward/") + n.name;
    benchmark::RegisterBenchmark(name.c_str(), forward_backward, n.network)
        ->ArgName("batch")
        ->Arg(32)
        ->Arg(256);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
}

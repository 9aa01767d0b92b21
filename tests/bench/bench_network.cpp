#include "tests/bench/bench_network.h"

#include <charconv>
#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "nn/base/random.h"
#include "tests/bench/bench_tables.h"

namespace hpsearch::bench {
namespace {

constexpr std::size_t kMadeRows = 16'000;
constexpr std::size_t kMadeColumns = 16;
constexpr std::size_t kMadeClasses = 26;

nn::Dataset make_bytes() {
  nn::Dataset dataset;
  dataset.name = "bytes";
  dataset.rows = kMadeRows;
  dataset.columns = kMadeColumns;
  dataset.classes = kMadeClasses;
  dataset.features.resize(kMadeRows * kMadeColumns);
  nn::Stream stream(1, nn::Purpose::kSample);
  for (std::uint8_t& x : dataset.features) {
    x = static_cast<std::uint8_t>(stream.below(16));
  }
  dataset.labels.resize(kMadeRows);
  for (std::size_t row = 0; row < kMadeRows; ++row) {
    const std::uint8_t* x = &dataset.features[row * kMadeColumns];
    const std::size_t place = 16U * x[0] + x[1];  // 0 to 255
    dataset.labels[row] = static_cast<std::uint32_t>(place * kMadeClasses / 256);
  }
  return dataset;
}

nn::Dataset dataset_for(std::int64_t inputs, std::int64_t classes) {
  if (inputs == 784 && classes == 10) {
    return nn::load_dataset({.source = "fashion-mnist"});
  }
  if (inputs == 64 && classes == 10) {
    return nn::load_dataset({.source = "digits"});
  }
  if (inputs == 16 && classes == 26) {
    return make_bytes();
  }
  throw std::invalid_argument(
      fmt::format("there is no data of {} inputs and {} classes; there are 784 and 10 "
                  "(Fashion-MNIST), 64 and 10 (digits), 16 and 26 (made by this program)",
                  inputs, classes));
}

}  // namespace

std::vector<std::int64_t> parse_widths(std::string_view text) {
  std::vector<std::int64_t> widths;
  const char* p = text.data();
  const char* end = p + text.size();
  while (true) {
    std::int64_t width = 0;
    const auto [next, error] = std::from_chars(p, end, width);
    if (error != std::errc{} || width < 1 || width > 1'048'576) {
      break;
    }
    widths.push_back(width);
    if (next == end && widths.size() >= 2) {
      return widths;
    }
    if (next == end || *next != '-') {
      break;
    }
    p = next + 1;
  }
  throw std::invalid_argument(
      fmt::format("a network is its widths, like 784-256-10; found '{}'", text));
}

nn::Settings settings_of(const Network& network) {
  if (!network.table.empty()) {
    return nn::make_settings(table_settings(network.table));
  }
  nn::ValueList hidden;
  for (std::size_t l = 1; l + 1 < network.widths.size(); ++l) {
    hidden.emplace_back(network.widths[l]);
  }
  nn::SettingMap map{{"hidden", std::move(hidden)},
                     {"batch_size", network.batch},
                     {"dropout", network.dropout},
                     {"batch_norm", network.batch_norm},
                     {"optimizer", network.optimizer},
                     {"learning_rate", network.optimizer == "sgd" ? 0.01 : 0.001}};
  // Older builds have no such settings; they are compared by what they have.
  if (network.activation != "relu") {
    map.emplace("activation", network.activation);
  }
  if (network.scaling) {
    map.emplace("scaling", true);
  }
  if (network.precision != "f32" || nn::find_setting("precision") != nullptr) {
    map.emplace("precision", network.precision);
  }
  return nn::make_settings(map);
}

nn::TrainingData data_for(const Network& network) {
  if (!network.table.empty()) {
    return table_data(network.table);
  }
  auto dataset = std::make_shared<const nn::Dataset>(
      dataset_for(network.widths.front(), network.widths.back()));
  return nn::prepare(std::move(dataset), {.validation = nn::PartSize::share(0.1),
                                          .test = nn::PartSize::none(),
                                          .seed = 0,
                                          .stratify = {}});
}

}  // namespace hpsearch::bench

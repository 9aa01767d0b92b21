#include "tests/bench/bench_tables.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "nn/base/random.h"

namespace hpsearch::bench {
namespace {

constexpr std::size_t kRows = 16'000;
constexpr std::array kLevels{12, 4, 8, 3, 3, 3, 2, 10, 5, 3};  // of the texts of bank_add

bool is_california(std::string_view name) {
  if (name != "california" && name != "bank_add") {
    throw std::invalid_argument(
        fmt::format("there is no table '{}'; there are california and bank_add", name));
  }
  return name == "california";
}

std::string csv(bool california) {
  nn::Stream stream(1, nn::Purpose::kSample);
  const std::size_t numbers = california ? 8 : 10;
  std::string text;
  for (std::size_t c = 0; c < numbers; ++c) {
    text += fmt::format("n{},", c);
  }
  for (std::size_t c = 0; !california && c < kLevels.size(); ++c) {
    text += fmt::format("t{},", c);
  }
  text += "y\n";
  for (std::size_t row = 0; row < kRows; ++row) {
    double score = 0.0;
    for (std::size_t c = 0; c < numbers; ++c) {
      const double x = stream.normal();
      score += c % 2 == 0 ? x : x * x - 1.0;
      text += fmt::format("{:.4f},", x);
    }
    for (std::size_t c = 0; !california && c < kLevels.size(); ++c) {
      // The first rows have every level.
      const auto levels = static_cast<std::uint64_t>(kLevels[c]);
      text += fmt::format("v{},", row < levels ? row : stream.below(levels));
    }
    text += california ? fmt::format("{:.4f}\n", score) : score > 2.0 ? "yes\n" : "no\n";
  }
  return text;
}

}  // namespace

nn::TrainingData table_data(std::string_view name) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("hpsearch_bench_{}.csv", getpid());
  std::ofstream(path) << csv(is_california(name));
  auto dataset = std::make_shared<const nn::Dataset>(nn::load_dataset({.source = path.string()}));
  std::filesystem::remove(path);
  return nn::prepare(std::move(dataset),
                     {.validation = nn::PartSize::share(0.1),
                      .test = nn::PartSize::none(),
                      .seed = 0,
                      .stratify = {}},
                     nn::Preprocess::kRobust);
}

nn::SettingMap table_settings(std::string_view name) {
  const bool california = is_california(name);
  return {{"hidden", nn::ValueList{std::int64_t{128}, std::int64_t{128}}},
          {"activation", std::string(california ? "mish" : "selu")},
          {"embedding", std::string(california ? "ple" : "pbld")},
          {"parametrization", std::string("ntk")},
          {"scaling", true},
          {"dropout", 0.15},
          {"batch_size", std::int64_t{california ? 256 : 64}},
          {"drop_last", true},
          {"optimizer", std::string("adamw")},
          {"beta2", 0.95},
          {"epsilon", 1e-9},
          {"weight_decay", 0.02},
          {"learning_rate", california ? 0.02 : 0.006},
          {"bias_rate", 0.1},
          {"scaling_rate", 6.0}};
}

}  // namespace hpsearch::bench

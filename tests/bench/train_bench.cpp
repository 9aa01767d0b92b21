// How fast nn::Trainer trains one network on one thread: bench_train [FLAG...], one line of JSON.
//
//   --net 784-256-10           widths; which there are: bench_network.h
//   --batch 256                rows of an update
//   --precision f32            or bf16
//   --optimizer sgd            with momentum 0.9; or adam
//   --dropout 0.5              of the hidden layers
//   --batch-norm               of the hidden layers
//   --table california         a network for tables in place of all above: bench_tables.h
//   --epochs N                 so many; default as many as it takes for --seconds, at least one
//   --seconds 0.4              of CPU
//   --serve                    alone: says on one line of JSON who it is, then takes each line of
//                              the standard input as such flags and answers it by one line
//
// An epoch is Trainer::train_epoch: the training rows in a new order, and the validation rows in
// evaluation mode, without looks into the layers. Its time is that of this process on the CPU, all
// threads together. The network is made, and its primitives compiled, before.
#include <algorithm>
#include <charconv>
#include <ctime>
#include <exception>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/kernels/matmul.h"
#include "nn/training/trainer.h"
#include "tests/bench/bench_network.h"

namespace hpsearch::bench {
namespace {

struct Request {
  Network network{.widths = {784, 256, 10}};
  std::optional<int> epochs;
  double seconds = 0.4;
};

template <class T>
T number(const std::string& flag, const std::string& text, T min, T max) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || next != end || !(value >= min && value <= max)) {
    throw std::invalid_argument(
        fmt::format("{} takes a number from {} to {}; found '{}'", flag, min, max, text));
  }
  return value;
}

Request parse(const std::vector<std::string>& flags) {
  Request request;
  Network& network = request.network;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const std::string& flag = flags[i];
    const auto value = [&]() -> const std::string& {
      if (++i == flags.size()) {
        throw std::invalid_argument(fmt::format("{} needs a value", flag));
      }
      return flags[i];
    };
    if (flag == "--net") {
      network.widths = parse_widths(value());
    } else if (flag == "--batch") {
      network.batch = number<std::int64_t>(flag, value(), 1, 1'000'000);
    } else if (flag == "--precision") {
      network.precision = value();
    } else if (flag == "--optimizer") {
      network.optimizer = value();
    } else if (flag == "--dropout") {
      network.dropout = number(flag, value(), 0.0, 1.0);
    } else if (flag == "--batch-norm") {
      network.batch_norm = true;
    } else if (flag == "--table") {
      network.table = value();
    } else if (flag == "--epochs") {
      request.epochs = number(flag, value(), 1, 1'000'000);
    } else if (flag == "--seconds") {
      request.seconds = number(flag, value(), 0.0, 3600.0);
    } else {
      throw std::invalid_argument(fmt::format("there is no flag '{}'", flag));
    }
  }
  return request;
}

// Of all threads: a helper thread would count too.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Bench {
 public:
  nlohmann::ordered_json measure(const Request& request) {
    const nn::Settings settings = settings_of(request.network);
    const nn::TrainingData& data = data_of(request.network);
    warm_up(settings, data);

    nn::Trainer trainer(settings, data, 1);
    trainer.look_into(nn::Diagnostics::kNone);
    std::vector<double> epochs;
    double total = 0.0;
    nn::EpochRecord record;
    do {
      const double begin = cpu_seconds();
      record = trainer.train_epoch().value();  // nobody asks it to stop
      epochs.push_back(cpu_seconds() - begin);
      total += epochs.back();
      if (record.diverged()) {
        throw std::runtime_error(fmt::format("diverged in epoch {}", record.epoch));
      }
    } while (request.epochs ? record.epoch < *request.epochs : total < request.seconds);

    const auto rows = static_cast<double>(data.split.train.size());
    std::sort(epochs.begin(), epochs.end());
    return {{"samples_per_cpu_s", rows * static_cast<double>(epochs.size()) / total},
            {"best_epoch", rows / epochs.front()},
            {"median_epoch", rows / epochs[epochs.size() / 2]},
            {"epochs", epochs.size()},
            {"cpu_seconds", total},
            {"train_rows", data.split.train.size()},
            {"validation_rows", data.split.validation.size()},
            {"val_accuracy", record.val_accuracy}};
  }

 private:
  const nn::TrainingData& data_of(const Network& network) {
    const std::tuple shape(network.widths.front(), network.widths.back(), network.table);
    const auto found = data_.find(shape);
    return found != data_.end() ? found->second
                                : data_.emplace(shape, data_for(network)).first->second;
  }

  // oneDNN compiles a kernel for each new shape, once a process: it does so on a few batches.
  static void warm_up(const nn::Settings& settings, const nn::TrainingData& data) {
    nn::TrainingData few = data;
    const auto rows = std::size_t{16} * static_cast<std::size_t>(settings.batch_size.value());
    few.split.train.resize(std::min(rows, few.split.train.size()));
    few.split.validation.resize(std::min(rows, few.split.validation.size()));
    nn::Trainer trainer(settings, few, 1);
    trainer.train_epoch();
  }

  std::map<std::tuple<std::int64_t, std::int64_t, std::string>, nn::TrainingData> data_;
};

void serve() {
  std::cout << nlohmann::json{{"program", "hpsearch"}, {"library", nn::matmul_library()}}
            << std::endl;
  Bench bench;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    const std::vector<std::string> flags{std::istream_iterator<std::string>(words), {}};
    nlohmann::ordered_json answer;
    try {
      answer = bench.measure(parse(flags));
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    std::cout << answer << std::endl;
  }
}

}  // namespace
}  // namespace hpsearch::bench

int main(int argc, char** argv) {
  const std::vector<std::string> flags(argv + 1, argv + argc);
  try {
    if (flags == std::vector<std::string>{"--serve"}) {
      hpsearch::bench::serve();
    } else {
      std::cout << hpsearch::bench::Bench().measure(hpsearch::bench::parse(flags)) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_train: " << error.what() << '\n';
    return 2;
  }
}

// The networks that are measured, and data of their shapes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"

namespace hpsearch::bench {

// A network and how it is trained.
struct Network {
  std::vector<std::int64_t> widths;  // inputs, hidden layers, classes
  std::int64_t batch = 256;          // rows of an update
  double dropout = 0.0;              // of the hidden layers
  bool batch_norm = false;
  std::string activation = "relu";
  bool scaling = false;
  std::string precision = "f32";  // or bf16
  std::string optimizer = "sgd";  // with momentum 0.9; or adam
  std::string table;              // unless empty, all else comes from bench_tables.h
};

// {784, 256, 10} of "784-256-10". Throws std::invalid_argument where it is no list of two widths
// or more, each from 1 to 1048576.
std::vector<std::int64_t> parse_widths(std::string_view text);

// Throws nn::SettingError where this build or this CPU has no such setting.
nn::Settings settings_of(const Network& network);

// Rows of the network's inputs and classes, one in ten to validate by and none to test: of 784
// inputs and 10 classes Fashion-MNIST, of 64 and 10 the digits, of 16 and 26 random bytes from 0 to
// 15 with classes that follow from the first two. Throws std::invalid_argument where it is none of
// these, nn::DataError where Fashion-MNIST is not installed.
nn::TrainingData data_for(const Network& network);

}  // namespace hpsearch::bench

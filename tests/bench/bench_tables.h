// Tables of the shapes that networks for tables are measured on, and how these are trained.
#pragma once

#include <string_view>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"

namespace hpsearch::bench {

// "california": 16,000 rows of 8 numbers, a regression. "bank_add": as many of 10 numbers and 10
// texts of 53 levels together, two classes. Made by this program, one row in ten to validate by.
// Throws std::invalid_argument for another name.
nn::TrainingData table_data(std::string_view name);

// Two hidden layers of 128 units with the ntk parametrization, factors of the inputs, dropout,
// decay and rates by group. california: Mish and 32 bins for each column; bank_add: SELU and
// periodic embeddings. Throws std::invalid_argument for another name.
nn::SettingMap table_settings(std::string_view name);

}  // namespace hpsearch::bench

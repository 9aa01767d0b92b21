// The numbers that every epoch has, by the names that they have in the database.
#pragma once

#include <array>
#include <string_view>

#include "nn/training/epoch_record.h"

namespace hpsearch::reports {

struct EpochColumn {
  std::string_view name;
  double nn::EpochRecord::*field;
};

// In the order of the table's columns.
inline constexpr std::array kEpochColumns{
    EpochColumn{"train_loss", &nn::EpochRecord::train_loss},
    EpochColumn{"train_accuracy", &nn::EpochRecord::train_accuracy},
    EpochColumn{"val_loss", &nn::EpochRecord::val_loss},
    EpochColumn{"val_accuracy", &nn::EpochRecord::val_accuracy},
    EpochColumn{"learning_rate", &nn::EpochRecord::learning_rate},
    EpochColumn{"grad_norm", &nn::EpochRecord::grad_norm},
    EpochColumn{"weight_norm", &nn::EpochRecord::weight_norm},
    EpochColumn{"update_ratio", &nn::EpochRecord::update_ratio},
    EpochColumn{"seconds", &nn::EpochRecord::seconds},
};

// Null where there is no such column.
constexpr const EpochColumn* find_epoch_column(std::string_view name) {
  for (const EpochColumn& column : kEpochColumns) {
    if (column.name == name) {
      return &column;
    }
  }
  return nullptr;
}

}  // namespace hpsearch::reports

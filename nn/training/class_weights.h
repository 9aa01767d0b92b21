// What a row of each class weighs in the loss.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// Null if these weights can be used with a data set, else what is wrong as a whole sentence:
// "'class_weights' has 3 weights, but 'digits' has 10 classes; give one a class, in this
// order: 0, 1, 2, ...".
std::optional<std::string> why_unfit(const ClassWeights& weights, const Dataset& dataset);

// One weight a class; empty: all rows weigh the same. `balanced` is
// training rows / (classes * training rows of the class), as scikit-learn has it, so that all
// classes weigh the same together; a class without training rows weighs 0.
// Throws SettingError where they do not fit.
std::vector<double> weights_of_classes(const ClassWeights& weights, const TrainingData& data);

}  // namespace hpsearch::nn

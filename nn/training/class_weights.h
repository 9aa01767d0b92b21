// The weights of the classes in the training loss. Pure functions, safe on any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// std::nullopt if these weights suit the data set, otherwise an error message: "'class_weights' has
// 3 weights, but 'digits' has 10 classes; give one weight per class, in this order: 0, 1, 2, ...".
std::optional<std::string> why_unfit(const ClassWeights& weights, const Dataset& dataset);

// One weight per class, or an empty list if all rows have the same weight. `balanced` is
// training rows / (classes * training rows of the class), as in scikit-learn, which gives each
// class the same total weight; a class without training rows has the weight 0. Throws SettingError
// if the weights do not suit the data set.
std::vector<double> weights_of_classes(const ClassWeights& weights, const TrainingData& data);

}  // namespace hpsearch::nn

// A trained model as NumPy arrays, with all that a few lines of NumPy need to predict.
//
//   inputs             names of what comes in; of a matrix the numbers of its columns
//   input              (features) the input of each feature
//   kind               (features) value, missing, level or other (FeatureKind)
//   level              (features) the text whose feature it is
//   against            (features) of a text of two levels, which is one feature: the other one;
//                      `fill` stands for any further text. Else empty
//   fill, centre, factor, shift, bend    (features) see PlanFeature
//   whitening          (features, features) of pca_whiten: z = whitening x
//   share              (members) of an ensemble alone: the shares of its networks in the mean. The
//                      arrays from here to most, and target_mean and target_deviation, then begin
//                      with "members.N.", where N counts the networks
//   wave_input         (inputs) with embedding: pbld, see PlanWaves; embedding.frequency, ...
//   bin_input, bin_low, bin_high   (bins) with embedding: ple, see PlanBins
//   activation         (layers) of each layer; linear for the output layer
//   slope, alpha, bn_epsilon       the settings
//   layers.N.weight, ...           as in the weights' file, with the inputs' factors in the first
//   least, most        (targets) with clip_predictions: limits of the outputs
//   task, outputs      what the outputs mean: the classes, or the targets
//   threshold          of two classes with one output: the second is the label where its
//                      probability is above it
//   target_mean, target_deviation  (targets) of a regression: y = output * deviation + mean
//   tool, sweep, trial, epoch, metric, value    where it comes from; of a mean tool, sweep,
//   ensemble
#pragma once

#include <string>

#include "reports/model_export/model_plan.h"

namespace hpsearch::reports {

// The bytes of the file. Throws nn::DataError for a model beyond 4 GiB.
std::string npz_file(const ModelPlan& plan);

}  // namespace hpsearch::reports

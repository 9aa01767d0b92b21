// What every trial of a sweep trains on: one data set, one split, one scaling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/data/feature_pipeline.h"
#include "nn/data/label_threshold.h"
#include "nn/data/preprocess.h"
#include "nn/data/split.h"
#include "nn/data/whitening.h"

namespace hpsearch::nn {

// `dataset` of a sweep file.
struct DataSpec {
  DatasetSource source;
  SplitSpec split;
  int folds = 0;                                  // prepare_folds() of so many; 0: one split
  std::optional<Preprocess> preprocess;           // default: default_preprocess()
  double whiten_epsilon = kDefaultWhitenEpsilon;  // of pca_whiten alone; above 0
  std::optional<bool> standardize_target;         // for regression alone, where the default is true
  LabelThreshold threshold;                       // for binary alone
};

// The unit in which a regression is trained: (y - mean) / deviation.
struct TargetScaling {
  double mean = 0.0;
  double deviation = 1.0;  // above 0

  float in_training_units(double y) const { return static_cast<float>((y - mean) / deviation); }
  double in_own_units(float z) const { return static_cast<double>(z) * deviation + mean; }
};

// How the features of pca_whiten came about: the scaling before the rotation, and
// whitening_matrix().
struct Whitening {
  ColumnScaling scaling;
  std::vector<float> matrix;
};

// Immutable once prepared, hence safe to share among threads. Copies share the data set.
struct TrainingData {
  // Of a table with its features, as the network reads them; of pca_whiten with its features
  // whitened.
  std::shared_ptr<const Dataset> dataset;
  Split split;
  ColumnScaling scaling;               // learnt from split.train alone
  std::vector<TargetScaling> targets;  // (outputs), likewise; empty but for regression

  // How the features of a table came about, whitening apart; null for other data.
  std::shared_ptr<const FeaturePipeline> pipeline;

  // Of pca_whiten; null for other preprocessing.
  std::shared_ptr<const Whitening> whitening;

  // Of prepare_folds(): the data of each fold. They share this object's data set, features, scaling
  // and test part; this object's own split is that of the first. Empty: one split.
  std::vector<std::shared_ptr<const TrainingData>> folds = {};

  // Of two classes, and of this object alone: its folds have the default.
  LabelThreshold threshold = {};
};

// What `dataset.preprocess` is where nobody says: unit for bytes, standardize for numbers.
Preprocess default_preprocess(const Dataset& dataset);

// How many outputs a network for this data has: one a class, one for binary, one a target for
// regression.
std::size_t network_outputs(const Dataset& dataset);

// Of each target mean and population standard deviation over the rows `train`, or the targets as
// they are without `standardize`. Requires a regression and at least one row. Throws DataError
// where one target is the same in all these rows: there is nothing to learn then.
std::vector<TargetScaling> fit_targets(const Dataset& dataset,
                                       std::span<const std::uint32_t> train,
                                       bool standardize);

// Writes the targets of `rows` in training units. Shape: values (rows, outputs), row-major.
// Requires a regression.
void gather_targets(const TrainingData& data,
                    std::span<const std::uint32_t> rows,
                    std::vector<float>& values);

// How many of the rows `train` each class has. Shape (classes); empty for regression.
std::vector<std::size_t> class_rows(const Dataset& dataset, std::span<const std::uint32_t> train);

// What a user should hear about a split: each class that has no row to train on; of a table also
// each that another part lacks.
std::vector<std::string> split_notes(const Dataset& dataset, const Split& split);

// Splits the rows, then makes the features of a table and learns the scaling from the rows to train
// on. Of a table, classes without such a row are taken away, and their rows leave the validation
// and the test part: the network has no output for them. Throws DataError if the data set cannot be
// split so, for what FeaturePipeline refuses, or if there is nothing to learn. `standardize_target`
// matters for a regression only, and `whiten_epsilon` for pca_whiten.
TrainingData prepare(std::shared_ptr<const Dataset> dataset,
                     const SplitSpec& split,
                     std::optional<Preprocess> preprocess = std::nullopt,
                     std::optional<bool> standardize_target = std::nullopt,
                     double whiten_epsilon = kDefaultWhitenEpsilon);

// The same for rows that are split already. A table and whitening make a data set of their own;
// nothing keeps the one that came in, so that its memory is freed where the caller gave it away.
TrainingData prepare_split(std::shared_ptr<const Dataset> dataset,
                           Split split,
                           std::optional<Preprocess> preprocess = std::nullopt,
                           std::optional<bool> standardize_target = std::nullopt,
                           double whiten_epsilon = kDefaultWhitenEpsilon);

// The same for folds (fold_split.h). The features and their scaling are made once, from all rows
// outside the test part: every fold's network reads the same inputs, and the data is held once.
// They look at no target, whose scaling each fold learns from its own rows to train on. Of a table,
// classes without a row outside the test part are taken away.
TrainingData prepare_folds(std::shared_ptr<const Dataset> dataset,
                           std::vector<Split> folds,
                           std::optional<Preprocess> preprocess = std::nullopt,
                           std::optional<bool> standardize_target = std::nullopt,
                           double whiten_epsilon = kDefaultWhitenEpsilon);

}  // namespace hpsearch::nn

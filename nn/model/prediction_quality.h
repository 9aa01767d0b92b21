// What single predictions are worth: whether the probabilities of classes can be believed, and how
// far predicted numbers lie from the true ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nn/base/random.h"
#include "nn/model/trained_model.h"

namespace hpsearch::nn {

// Rows whose predicted class has a probability in one of kReliabilityBins equal parts of [0, 1].
struct ReliabilityBin {
  std::size_t rows = 0;
  double confidence = 0.0;  // mean probability of the predicted class
  double accuracy = 0.0;    // share of rows of which it is the class
};

inline constexpr std::size_t kReliabilityBins = 15;

// Of classes. The expected calibration error is the mean of |accuracy - confidence| over the rows
// (Guo et al. 2017, equation 3, with as many bins as there).
struct Reliability {
  double error = 0.0;
  double confidence = 0.0;           // mean over all rows
  double accuracy = 0.0;             // likewise
  std::vector<ReliabilityBin> bins;  // those that have rows, by their confidence
};

// The labels of two classes by one rule: how right they are. The metrics are those of Evaluation.
struct LabelQuality {
  // most_probable; share: the second class above its share of the training rows; threshold: above
  // the number that the model has
  std::string rule;
  double threshold = 0.5;  // of the second class's probability
  bool used = false;       // are these the labels that predict writes?
  double accuracy = 0.0;
  double balanced_accuracy = 0.0;
  double f1 = 0.0;
};

struct LabelComparison {
  std::string second_class;
  std::vector<LabelQuality> rules;  // with different thresholds; most_probable first
};

// Of one target of a regression, in its own unit.
struct TruthPairs {
  std::string target;        // its name, where columns have names
  std::size_t rows = 0;      // the figures are of all of them
  double correlation = 0.0;  // NaN if either side is constant
  double bias = 0.0;         // mean of predicted - true
  struct Pair {
    double truth = 0.0;
    double predicted = 0.0;
  };
  std::vector<Pair> pairs;   // a random sample, in the order of the rows
  double half_within = 0.0;  // the sample's median of |predicted - true|, and its 90 % quantile
  double most_within = 0.0;
};

inline constexpr std::size_t kMostPairs = 1000;        // of all targets together
inline constexpr std::size_t kMostPairedTargets = 10;  // the first ones

// Takes rows in any portions, in bounded memory. Rows whose outputs are not finite are left out of
// it. Deterministic. Not thread-safe.
class PredictionQuality {
 public:
  // `target` must outlive this object.
  explicit PredictionQuality(const ModelTarget& target);

  // The outputs of a row as Predictor hands them out, and the row's class.
  void add(const float* outputs, std::uint32_t label);
  // The same for a regression. Shape: truth (targets), in their own units.
  void add(const float* outputs, const double* truth);

  // No bins for a regression or without rows.
  Reliability reliability() const;
  // No rules without rows, or unless there are two classes with one output.
  LabelComparison labels() const;
  // Empty for classes or without rows.
  std::vector<TruthPairs> pairs() const;

 private:
  struct Sums {
    double confidence = 0.0;
    std::size_t rows = 0;
    std::size_t correct = 0;
  };
  // Of truth and prediction, less the first ones.
  struct Moments {
    double first_truth = 0.0;
    double first_predicted = 0.0;
    double truth = 0.0;
    double predicted = 0.0;
    double truth_squares = 0.0;
    double predicted_squares = 0.0;
    double products = 0.0;
  };
  struct LabelTally {
    std::string rule;
    double threshold = 0.5;
    std::array<std::array<double, 2>, 2> rows{};  // [true][label]
  };
  void add_label_rule(const char* rule, double threshold);
  struct Sampled {
    std::size_t row = 0;
    std::vector<TruthPairs::Pair> pairs;  // (paired targets)
  };

  const ModelTarget& target_;
  std::vector<double> values_;
  std::array<Sums, kReliabilityBins> bins_{};
  std::vector<LabelTally> labels_;
  std::vector<Moments> moments_;  // (paired targets)
  std::size_t rows_ = 0;          // of a regression
  std::size_t most_sampled_ = 0;
  std::vector<Sampled> sample_;
  Stream draws_;
};

}  // namespace hpsearch::nn

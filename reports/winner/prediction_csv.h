// Predictions as text: a table of one line a row, as CSV or as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nn/model/trained_model.h"

namespace hpsearch::reports {

// With more classes the probabilities would be most of the file.
inline constexpr std::size_t kMostProbabilities = 100;

struct PredictionColumns {
  std::vector<std::string> keys = {};  // copied columns, which come first
  bool truth = false;                  // the target, as known
  bool probabilities = false;          // of classes: of each class
};

// The columns: the keys; "true"; "prediction"; "probability_<class>" in the order of the classes.
// With several targets "true_<name>" and "prediction_<name>". Classes stand by their names, numbers
// in the targets' own units and with all digits. Not thread-safe.
class PredictionText {
 public:
  enum class Form { kCsv, kJsonLines };

  // `target` must outlive this object.
  PredictionText(const nn::ModelTarget& target, PredictionColumns columns, Form form);

  // The first line; empty for JSON.
  std::string header() const;

  // Appends a line. `keys`: one cell for each; `truth`, if it is a column: a label, or the targets.
  struct Truth {
    std::uint32_t label = 0;
    const double* targets = nullptr;
  };
  void add(const std::vector<std::string_view>& keys,
           const Truth& truth,
           const float* outputs,
           std::string& text);

 private:
  std::vector<std::string> names() const;
  void begin_cell(std::string& text);
  void add_text(std::string_view cell, std::string& text);
  void add_class(std::size_t label, std::string& text);
  void add_number(double value, std::string& text);

  const nn::ModelTarget& target_;
  PredictionColumns columns_;
  Form form_;
  std::vector<std::string> names_;    // of the columns; for JSON with quotes and colon
  std::vector<std::string> classes_;  // as cells
  std::vector<double> values_;
  std::size_t next_ = 0;  // column of the line
};

}  // namespace hpsearch::reports

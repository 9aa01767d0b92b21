#include "reports/winner/prediction_csv.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/model/predictor.h"
#include "reports/text/csv_field.h"

namespace hpsearch::reports {

PredictionText::PredictionText(const nn::ModelTarget& target, PredictionColumns columns, Form form)
    : target_(target), columns_(std::move(columns)), form_(form) {
  const bool classes = target.task != nn::Task::kRegression;
  columns_.probabilities = columns_.probabilities && classes;
  values_.resize(classes ? target.classes.size() : target.targets());
  const bool json = form == Form::kJsonLines;
  for (const std::string& name : target.classes) {
    classes_.push_back(json ? nn::json_text(nlohmann::json(name)) : csv_field(name));
  }
  names_ = names();
  if (json) {
    for (std::string& name : names_) {
      name = nn::json_text(nlohmann::json(name)) + ":";
    }
  }
}

std::vector<std::string> PredictionText::names() const {
  std::vector<std::string> names = columns_.keys;
  const auto add_each = [&](const char* what) {
    for (std::size_t t = 0; t < target_.targets(); ++t) {
      names.push_back(target_.targets() == 1     ? what
                      : t < target_.names.size() ? fmt::format("{}_{}", what, target_.names[t])
                                                 : fmt::format("{}_{}", what, t));
    }
  };
  if (columns_.truth) {
    add_each("true");
  }
  add_each("prediction");
  for (std::size_t c = 0; columns_.probabilities && c < target_.classes.size(); ++c) {
    names.push_back("probability_" + target_.classes[c]);
  }
  return names;
}

std::string PredictionText::header() const {
  std::string text;
  if (form_ == Form::kCsv) {
    for (const std::string& name : names_) {
      text += (text.empty() ? "" : ",") + csv_field(name);
    }
    text += "\n";
  }
  return text;
}

void PredictionText::begin_cell(std::string& text) {
  if (next_ > 0) {
    text += ',';
  }
  if (form_ == Form::kJsonLines) {
    text += names_[next_];
  }
  ++next_;
}

void PredictionText::add_text(std::string_view cell, std::string& text) {
  begin_cell(text);
  if (form_ == Form::kJsonLines) {
    text += nn::json_text(nlohmann::json(cell));
  } else if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    text += cell;
  } else {
    text += csv_field(std::string(cell));
  }
}

void PredictionText::add_class(std::size_t label, std::string& text) {
  begin_cell(text);
  text += classes_[label];
}

// A network whose weights are not finite predicts no number: an empty cell.
void PredictionText::add_number(double value, std::string& text) {
  begin_cell(text);
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(text), "{}", value);
  } else if (form_ == Form::kJsonLines) {
    text += "null";
  }
}

void PredictionText::add(const std::vector<std::string_view>& keys,
                         const Truth& truth,
                         const float* outputs,
                         std::string& text) {
  const bool json = form_ == Form::kJsonLines;
  const bool classes = target_.task != nn::Task::kRegression;
  next_ = 0;
  if (json) {
    text += '{';
  }
  for (const std::string_view key : keys) {
    add_text(key, text);
  }
  if (columns_.truth && classes) {
    add_class(truth.label, text);
  } else if (columns_.truth) {
    for (std::size_t t = 0; t < values_.size(); ++t) {
      add_number(truth.targets[t], text);
    }
  }
  if (classes) {
    add_class(nn::predicted_class(target_, outputs), text);
  }
  if (!classes || columns_.probabilities) {
    nn::read_outputs(target_, outputs, values_);
  }
  for (std::size_t i = 0; i < values_.size() && (!classes || columns_.probabilities); ++i) {
    add_number(values_[i], text);
  }
  text += json ? "}\n" : "\n";
}

}  // namespace hpsearch::reports

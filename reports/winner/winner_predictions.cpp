#include "reports/winner/winner_predictions.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/json_values.h"
#include "reports/winner/winner_file.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kDigits = "0123456789abcdef";

std::string hexadecimal(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

// Pixels are stored as hexadecimal digits: compact enough, and still readable JSON.
std::vector<std::uint8_t> bytes_of(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(kDigits.find(text[i]) << 4U | kDigits.find(text[i + 1])));
  }
  return bytes;
}

// Classes are stored by name, so that the file explains itself without the data.
Json row_json(const WinnerPredictions& p, const WinnerPredictions::Row& row) {
  Json json{{"row", row.row}, {"loss", or_null(row.loss)}};
  if (row.true_values.empty()) {
    json["true"] = row.truth;
    json["predicted"] = row.predicted;
    json["true_probability"] = finite(row.truth_probability);
    json["predicted_probability"] = finite(row.predicted_probability);
  } else {
    json["true"] = Json::array();
    json["predicted"] = Json::array();
    for (std::size_t i = 0; i < row.true_values.size(); ++i) {
      json["true"].push_back(finite(row.true_values[i]));
      json["predicted"].push_back(finite(row.predicted_values[i]));
    }
  }
  if (p.image != nn::ImageShape{} && !row.pixels.empty()) {
    json["pixels"] = hexadecimal(row.pixels);
  }
  return json;
}

// A number that was not finite is stored as null.
double number_or_nan(const Json& json) {
  return json.is_number() ? json.get<double>() : std::nan("");
}

WinnerPredictions::Row read_row(const Json& json) {
  WinnerPredictions::Row row;
  row.row = json.at("row").get<std::uint64_t>();
  if (json.at("loss").is_number()) {
    row.loss = json.at("loss").get<double>();
  }
  if (json.at("true").is_string()) {
    row.truth = json.at("true").get<std::string>();
    row.predicted = json.at("predicted").get<std::string>();
    row.truth_probability = number_or_nan(json.at("true_probability"));
    row.predicted_probability = number_or_nan(json.at("predicted_probability"));
  } else {
    for (const Json& value : json.at("true")) {
      row.true_values.push_back(number_or_nan(value));
    }
    for (const Json& value : json.at("predicted")) {
      row.predicted_values.push_back(number_or_nan(value));
    }
  }
  row.pixels = bytes_of(json.value("pixels", ""));
  return row;
}

WinnerPredictions read_predictions(const Json& json) {
  WinnerPredictions p;
  p.trial = json.at("trial").get<std::uint64_t>();
  p.epoch = json.at("epoch").get<int>();
  p.part = json.at("part").get<std::string>();
  p.task = json.at("task").get<std::string>();
  p.rows = json.at("rows").get<std::size_t>();
  p.correct = json.value("correct", std::size_t{0});
  p.classes = json.value("classes", std::vector<std::string>());
  p.matrix = json.value("matrix", std::vector<std::vector<std::size_t>>());
  // A file that someone edited must not make a report read out of bounds.
  const bool square = p.matrix.size() == p.classes.size() &&
                      std::all_of(p.matrix.begin(), p.matrix.end(),
                                  [&](const auto& row) { return row.size() == p.classes.size(); });
  // The confusions remain, so the report still has something to show.
  if (!square) {
    p.matrix.clear();
  }
  p.targets = json.value("targets", std::vector<std::string>());
  for (const Json& c : json.value("confusions", Json::array())) {
    p.confusions.push_back({c.at("true").get<std::string>(), c.at("predicted").get<std::string>(),
                            c.at("rows").get<std::size_t>()});
  }
  if (json.at("image").is_array()) {
    p.image = {json["image"].at(0).get<std::uint32_t>(), json["image"].at(1).get<std::uint32_t>()};
  }
  const std::size_t pixels = std::size_t{p.image.height} * p.image.width;
  for (const Json& row : json.at("worst")) {
    p.worst.push_back(read_row(row));
    // An image of the wrong size cannot be drawn, but its row is still worth showing.
    if (p.worst.back().pixels.size() != pixels) {
      p.worst.back().pixels.clear();
    }
  }
  if (json.contains("explanation")) {
    p.explanation = explanation_of_json(json["explanation"]);
  }
  return p;
}

}  // namespace

std::string to_json(const WinnerPredictions& p) {
  // For a regression there is nothing to count: it has targets in place of classes.
  Json json{{"format", kJsonFormat}, {"trial", p.trial}, {"epoch", p.epoch},
            {"part", p.part},        {"task", p.task},   {"rows", p.rows}};
  if (p.task != nn::to_text(nn::Task::kRegression)) {
    json["correct"] = p.correct;
    json["classes"] = p.classes;
    json["matrix"] = p.matrix;
    json["confusions"] = Json::array();
    for (const auto& c : p.confusions) {
      json["confusions"].push_back(
          {{"true", c.truth}, {"predicted", c.predicted}, {"rows", c.rows}});
    }
  } else {
    json["targets"] = p.targets;
  }
  json["image"] =
      p.image == nn::ImageShape{} ? Json(nullptr) : Json::array({p.image.height, p.image.width});
  json["worst"] = Json::array();
  for (const auto& row : p.worst) {
    json["worst"].push_back(row_json(p, row));
  }
  if (p.explanation) {
    json["explanation"] = to_json(*p.explanation);
  }
  return json_line(json);
}

// A report goes without the predictions rather than fail on a damaged file.
std::optional<WinnerPredictions> predictions_of_json(std::string_view text) {
  const Json json = nn::parse_ordered_json(text);
  try {
    return json.is_object() && json.value("format", 0) == kJsonFormat
               ? std::optional(read_predictions(json))
               : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::optional<WinnerPredictions> read_trial_predictions(storage::Queries& queries,
                                                        std::int64_t trial_id) {
  const auto path = trial_file(queries, trial_id, kPredictionsArtifact);
  if (!path) {
    return std::nullopt;
  }
  std::ifstream file(*path, std::ios::binary);
  return predictions_of_json(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::optional<WinnerPredictions> read_winner_predictions(storage::Queries& queries,
                                                         const storage::SweepRow& sweep) {
  const auto best = queries.best(sweep.name);
  return best ? read_trial_predictions(queries, best->trial_id) : std::nullopt;
}

}  // namespace hpsearch::reports

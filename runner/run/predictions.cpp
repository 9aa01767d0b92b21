#include "runner/run/predictions.h"

#include <algorithm>
#include <cmath>

#include "nn/base/utf8.h"
#include "nn/model/prediction_quality.h"
#include "nn/model/trained_model.h"
#include "nn/training/prediction_tally.h"

namespace hpsearch::runner {
namespace {

std::string bounded(const std::string& name) {
  return std::string(cut_utf8(name, reports::kMostNameBytes));
}

std::string class_name(const nn::Dataset& dataset, std::uint32_t label) {
  return label < dataset.class_names.size() ? bounded(dataset.class_names[label])
                                            : std::to_string(label);
}

// The largest byte in the data, shown as white: some data sets use only part of the range.
std::uint8_t white_of(const nn::Dataset& dataset) {
  constexpr std::uint8_t kMost = 255;
  if (std::find(dataset.features.begin(), dataset.features.end(), kMost) !=
      dataset.features.end()) {
    return kMost;
  }
  const auto most = std::max_element(dataset.features.begin(), dataset.features.end());
  return most == dataset.features.end() || *most == 0 ? kMost : *most;
}

// The row as a picture: bytes are scaled so that `white` becomes 255; real numbers run from the
// row's smallest (black) to its largest (white).
std::vector<std::uint8_t> pixels_of(const nn::Dataset& dataset,
                                    std::size_t row,
                                    std::uint8_t white) {
  const auto begin = static_cast<std::ptrdiff_t>(row * dataset.columns);
  const auto end = begin + static_cast<std::ptrdiff_t>(dataset.columns);
  if (dataset.real_features.empty()) {
    std::vector<std::uint8_t> pixels(dataset.features.begin() + begin,
                                     dataset.features.begin() + end);
    for (std::uint8_t& pixel : pixels) {
      pixel = static_cast<std::uint8_t>((255 * pixel + white / 2) / white);
    }
    return pixels;
  }
  const auto first = dataset.real_features.begin() + begin;
  const auto last = dataset.real_features.begin() + end;
  float low = 0.0F;
  float high = 0.0F;
  bool any = false;
  for (auto it = first; it != last; ++it) {
    if (std::isfinite(*it)) {
      low = any ? std::min(low, *it) : *it;
      high = any ? std::max(high, *it) : *it;
      any = true;
    }
  }
  std::vector<std::uint8_t> pixels;
  for (auto it = first; it != last; ++it) {
    const double place = high > low && std::isfinite(*it)
                             ? (static_cast<double>(*it) - static_cast<double>(low)) /
                                   (static_cast<double>(high) - static_cast<double>(low))
                             : 0.0;
    pixels.push_back(static_cast<std::uint8_t>(std::lround(255.0 * place)));
  }
  return pixels;
}

}  // namespace

void add_confusion(reports::WinnerPredictions& p,
                   const std::vector<std::string>& classes,
                   const std::vector<nn::ConfusionCount>& counts) {
  if (classes.size() <= reports::kMostMatrixClasses) {
    p.matrix.assign(classes.size(), std::vector<std::size_t>(classes.size()));
    for (const std::string& name : classes) {
      p.classes.push_back(bounded(name));
    }
  }
  std::vector<nn::ConfusionCount> wrong;
  for (const nn::ConfusionCount& count : counts) {
    if (!p.matrix.empty()) {
      p.matrix[count.truth][count.predicted] = count.rows;
    }
    if (count.truth == count.predicted) {
      p.correct += count.rows;
    } else {
      wrong.push_back(count);
    }
  }
  std::stable_sort(wrong.begin(), wrong.end(),
                   [](const auto& a, const auto& b) { return a.rows > b.rows; });
  wrong.resize(std::min(wrong.size(), reports::kMostConfusions));
  for (const nn::ConfusionCount& count : wrong) {
    p.confusions.push_back(
        {bounded(classes[count.truth]), bounded(classes[count.predicted]), count.rows});
  }
}

std::optional<reports::WinnerPredictions> predict_kept_rows(nn::Trainer& trainer,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop) {
  return predict_kept_rows(predict_by(trainer), data, stop);
}

PredictRows predict_by(nn::Trainer& trainer) {
  return [&trainer](auto rows, const auto& use, const auto& stop) {
    return trainer.predict(rows, use, stop);
  };
}

std::optional<reports::WinnerPredictions> predict_kept_rows(const PredictRows& predict,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop) {
  const nn::Dataset& dataset = *data.dataset;
  const bool test = !data.split.test.empty();
  const bool regression = dataset.task == nn::Task::kRegression;
  const nn::ModelTarget target = nn::target_of(data);
  nn::PredictionTally tally(data, reports::kWorstRows, target.threshold);
  nn::PredictionQuality quality(target);
  const bool whole = predict(
      test ? data.split.test : data.split.validation,
      [&](std::span<const std::uint32_t> rows, const float* outputs, std::size_t stride) {
        tally.add(rows, outputs, stride);
        for (std::size_t i = 0; i < rows.size(); ++i) {
          if (regression) {
            quality.add(outputs + i * stride,
                        dataset.targets.data() + std::size_t{rows[i]} * dataset.outputs);
          } else {
            quality.add(outputs + i * stride, dataset.labels[rows[i]]);
          }
        }
      },
      stop);
  if (!whole) {
    return std::nullopt;
  }
  reports::WinnerPredictions p;
  p.part = test ? "test" : "validation";
  p.task = nn::to_text(dataset.task);
  p.rows = tally.rows();
  p.explanation.emplace();
  p.explanation->reliability = quality.reliability();
  p.explanation->labels = quality.labels();
  p.explanation->labels.second_class = bounded(p.explanation->labels.second_class);
  p.explanation->pairs = quality.pairs();
  for (nn::TruthPairs& pairs : p.explanation->pairs) {
    pairs.target = bounded(pairs.target);
  }
  if (!regression) {
    add_confusion(p, target.classes, tally.confusion());
  } else if (!dataset.target_name.empty()) {
    p.targets.push_back(bounded(dataset.target_name));
    for (const std::string& name : dataset.further_target_names) {
      p.targets.push_back(bounded(name));
    }
  }
  if (std::size_t{dataset.image.height} * dataset.image.width <= reports::kMostPixels) {
    p.image = dataset.image;
  }
  const std::uint8_t white = p.image != nn::ImageShape{} ? white_of(dataset) : 255;
  for (const nn::HardRow& hard : tally.hardest()) {
    reports::WinnerPredictions::Row& row = p.worst.emplace_back();
    row.row = hard.row;
    row.loss = std::isfinite(hard.loss) ? std::optional(hard.loss) : std::nullopt;
    if (!regression) {
      row.truth = class_name(dataset, hard.truth);
      row.predicted = class_name(dataset, hard.predicted);
      row.truth_probability = hard.truth_probability;
      row.predicted_probability = hard.predicted_probability;
    }
    row.true_values = hard.true_values;
    row.predicted_values = hard.predicted_values;
    if (p.image != nn::ImageShape{}) {
      row.pixels = pixels_of(dataset, hard.row, white);
    }
  }
  return p;
}

}  // namespace hpsearch::runner

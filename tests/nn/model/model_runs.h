// What the tests of models share: a small network that is trained, written, read and evaluated.
#pragma once

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "nn/model/model_judge.h"
#include "nn/model/predictor.h"
#include "nn/model/row_source.h"
#include "nn/model/trained_model.h"
#include "nn/training/trainer.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::nn {

inline SettingMap small_settings_map(SettingMap more) {
  more.insert({{"hidden", ValueList{std::int64_t{20}, std::int64_t{9}}},
               {"epochs", std::int64_t{3}},
               {"batch_size", std::int64_t{32}},
               {"dropout", 0.2}});
  return more;
}

inline Settings small_settings(const SettingMap& more) {
  return make_settings(small_settings_map(more));
}

// What weights_metadata writes and a model needs.
inline TensorMetadata metadata_of(const TrainedModel& model, Preprocess preprocess) {
  TensorMetadata metadata{{"tool", "hpsearch test"},
                          {"task", std::string(to_text(model.target.task))},
                          {"preprocess", std::string(name_of(preprocess))},
                          {"classes", "["}};
  for (const std::string& name : model.target.classes) {
    metadata["classes"] += fmt::format("{}\"{}\"", metadata["classes"].size() > 1 ? "," : "", name);
  }
  metadata["classes"] += "]";
  return metadata;
}

// The outputs have the same bits; the sums over rows may have been added in other portions.
inline void expect_same(const Evaluation& a, const Evaluation& b) {
  const auto same = [](double x, double y, const char* what) {
    EXPECT_TRUE(std::abs(x - y) <= 1e-13 * std::abs(y) || (std::isnan(x) && std::isnan(y)))
        << what << ": " << x << " and " << y;
  };
  same(a.loss, b.loss, "loss");
  same(a.accuracy, b.accuracy, "accuracy");
  same(a.balanced_accuracy, b.balanced_accuracy, "balanced accuracy");
  same(a.f1, b.f1, "f1");
  same(a.auc, b.auc, "auc");
  same(a.rmse, b.rmse, "rmse");
  same(a.mae, b.mae, "mae");
  same(a.r2, b.r2, "r2");
}

inline Evaluation evaluate_file(const TrainedModel& model,
                                const std::filesystem::path& path,
                                std::optional<Precision> precision = std::nullopt) {
  const auto source = open_rows(path, model, {.targets = true, .keep = {}, .sizes = {1, 700}});
  Predictor predictor(model, precision);
  ModelJudge judge(model);
  RowBlock block;
  while (source->next(block)) {
    predictor.predict(block.rows, [&](std::size_t first, std::size_t count, const float* outputs,
                                      std::size_t stride) {
      judge.add(block.rows, first, count, outputs, stride);
    });
  }
  return judge.result();
}

// Trains on the data, writes the model, and evaluates the validation rows, which lie in `rows`.
inline void expect_model_evaluates(const TrainingData& data,
                                   Preprocess preprocess,
                                   const SettingMap& more,
                                   const test::TempFolder& folder,
                                   const std::filesystem::path& rows) {
  const Settings settings = small_settings(more);
  Trainer trainer(settings, data, 7);
  for (int epoch = 0; epoch < 3; ++epoch) {
    trainer.train_epoch();
  }
  const TrainedModel made = model_of(trainer.network(), settings, data);
  TensorMetadata metadata = metadata_of(made, preprocess);
  for (const auto& [name, value] : small_settings_map(more)) {
    std::string& json = metadata["settings"];
    json += fmt::format(
        "{}\"{}\":{}", json.empty() ? "{" : ",", name,
        std::holds_alternative<std::string>(value) ? "\"" + to_text(value) + "\"" : to_text(value));
  }
  metadata["settings"] += "}";
  write_model(folder.path() / "m.safetensors", made, metadata);
  const TrainedModel model = load_model(folder.path() / "m.safetensors");
  expect_same(evaluate_file(model, rows), *trainer.evaluate(data.split.validation));
}

inline const std::vector<Preprocess> kAllPreprocessing{
    Preprocess::kNone,      Preprocess::kUnit,        Preprocess::kStandardize,
    Preprocess::kMeanImage, Preprocess::kChannelMean, Preprocess::kPcaWhiten};

}  // namespace hpsearch::nn

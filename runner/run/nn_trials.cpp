#include "runner/run/nn_trials.h"

#include <new>
#include <utility>

#include "nn/settings/precision.h"
#include "nn/training/trainer.h"

namespace hpsearch::runner {
namespace {

class NnTrial final : public TrialTrainer {
 public:
  NnTrial(const TrialTask& task, const nn::TrainingData& data, const std::stop_token& stop)
      : trainer_(nn::make_settings(task.settings), data, task.seed, stop) {
    trainer_.look_into(task.diagnostics);
  }

  std::optional<nn::EpochRecord> train_epoch(const std::stop_token& stop) override {
    return trainer_.train_epoch(stop);
  }

  // The trial matters more than the copy: without it the winner is trained again.
  void keep_weights() override {
    try {
      nn::copy_weights(trainer_.network(), kept_);
    } catch (const std::bad_alloc&) {
      kept_ = {};
    }
  }

  nn::WeightSet take_weights() override { return std::exchange(kept_, {}); }

 private:
  nn::Trainer trainer_;
  nn::WeightSet kept_;
};

class NnTrials final : public TrialFactory {
 public:
  explicit NnTrials(const nn::TrainingData& data) : data_(data) {}

  std::unique_ptr<TrialTrainer> begin(const TrialTask& task, const std::stop_token& stop) override {
    const nn::TrainingData& data =
        task.folds > 0 ? *data_.folds.at(static_cast<std::size_t>(task.fold)) : data_;
    return std::make_unique<NnTrial>(task, data, stop);
  }

  std::string chosen_precision(const TrialTask& task) const override {
    try {
      const nn::Settings settings = nn::make_settings(task.settings);
      if (settings.precision != nn::Precision::kAuto) {
        return "";
      }
      const nn::Dataset& dataset = *data_.dataset;
      return nn::uses_bfloat16(settings, dataset.columns, nn::network_outputs(dataset)) ? "bf16"
                                                                                        : "f32";
    } catch (const nn::SettingError&) {  // which fails the trial, with its reason
      return "";
    }
  }

  bool reproducible() const override { return true; }

 private:
  const nn::TrainingData& data_;
};

}  // namespace

std::unique_ptr<TrialFactory> make_nn_trials(const nn::TrainingData& data) {
  return std::make_unique<NnTrials>(data);
}

}  // namespace hpsearch::runner

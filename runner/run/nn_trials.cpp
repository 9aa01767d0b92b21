#include "runner/run/nn_trials.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <new>
#include <string_view>
#include <utility>

#include "nn/network/model_summary.h"
#include "nn/settings/precision.h"
#include "nn/training/embedded_inputs.h"
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
    auto record = trainer_.train_epoch(stop);
    epoch_ = record ? record->epoch : epoch_;
    return record;
  }

  // The trial matters more than the copy: without it the winner is trained again.
  void keep_weights() override {
    try {
      nn::copy_weights(trainer_.network(), kept_);
      kept_epoch_ = epoch_;
    } catch (const std::bad_alloc&) {
      kept_ = {};
    }
  }

  nn::WeightSet take_weights() override { return std::exchange(kept_, {}); }

  // A copy that equals the present weights is not saved twice.
  std::optional<nn::TrainerState> save() const override {
    nn::TrainerState state = trainer_.save();
    if (kept_.empty()) {
      return state;
    }
    const bool now = kept_epoch_ == state.epoch;
    state.facts[kKept] = now ? kNow : kBefore;
    for (std::size_t i = 0; !now && i < kept_.size(); ++i) {
      state.tensors.push_back(kept_[i]);
      state.tensors.back().name.insert(0, kPrefix);
    }
    return state;
  }

  bool restore(nn::TrainerState state) override {
    const auto is_kept = [](const auto& tensor) { return tensor.name.starts_with(kPrefix); };
    const auto first = std::stable_partition(state.tensors.begin(), state.tensors.end(),
                                             [&](const auto& t) { return !is_kept(t); });
    nn::WeightSet before(std::make_move_iterator(first),
                         std::make_move_iterator(state.tensors.end()));
    state.tensors.erase(first, state.tensors.end());
    for (nn::LoadedTensor& tensor : before) {
      tensor.name.erase(0, kPrefix.size());
    }
    const auto kept = state.facts.find(kKept);
    const bool has_before = kept != state.facts.end() && kept->second == kBefore;
    if (before.empty() == has_before ||
        (has_before && !nn::same_tensors(trainer_.network(), before)) || !trainer_.restore(state)) {
      return false;
    }
    epoch_ = state.epoch;
    if (has_before) {
      kept_ = std::move(before);
    } else if (kept != state.facts.end()) {
      keep_weights();
    }
    return true;
  }

 private:
  // Where the kept copy is: it equals the weights of the last epoch, or has tensors of its own.
  static constexpr char kKept[] = "kept";
  static constexpr char kNow[] = "now";
  static constexpr char kBefore[] = "before";
  static constexpr std::string_view kPrefix = "kept.";

  nn::Trainer trainer_;
  int epoch_ = 0;  // the last one
  nn::WeightSet kept_;
  int kept_epoch_ = 0;
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

  std::optional<double> parameters(const TrialTask& task) const override {
    try {
      const nn::Settings settings = nn::make_settings(task.settings);
      return static_cast<double>(nn::summarise_model(settings, nn::network_inputs(settings, data_),
                                                     nn::network_outputs(*data_.dataset), 1)
                                     .parameters);
    } catch (const std::exception&) {  // which fails the trial, with its reason
      return std::nullopt;
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

#include "runner/run/trial_job.h"

#include <bit>
#include <chrono>
#include <cmath>
#include <memory>
#include <new>

#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

// NaN is equal to NaN here, and to infinity, since the database keeps neither.
bool same_bits(double a, double b) {
  if (!std::isfinite(a) || !std::isfinite(b)) {
    return std::isfinite(a) == std::isfinite(b);
  }
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// Makes the trainer, or says why it cannot be had.
std::unique_ptr<nn::Trainer> make_trainer(const TrialTask& task,
                                          const nn::TrainingData& data,
                                          const std::stop_token& stop,
                                          nn::Settings& settings,
                                          std::string& reason) {
  try {
    settings = nn::make_settings(task.settings);
    auto trainer = std::make_unique<nn::Trainer>(settings, data, task.seed, stop);
    trainer->look_into(task.diagnostics);
    return trainer;
  } catch (const std::bad_alloc&) {
    reason = "out of memory";
  } catch (const std::exception& error) {
    reason = error.what();
  }
  return nullptr;
}

std::optional<nn::EpochRecord> train_epoch(nn::Trainer& trainer,
                                           const std::stop_token& stop,
                                           std::string& reason) {
  try {
    return trainer.train_epoch(stop);
  } catch (const std::bad_alloc&) {
    reason = "out of memory";
  } catch (const std::exception& error) {
    reason = error.what();
  }
  return std::nullopt;
}

}  // namespace

void require_same(std::uint64_t trial,
                  const std::vector<nn::EpochRecord>& stored,
                  const nn::EpochRecord& now) {
  const auto at = static_cast<std::size_t>(now.epoch - 1);
  if (at >= stored.size()) {
    return;
  }
  const nn::EpochRecord& then = stored[at];
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    if (column.role != nn::EpochColumn::Role::kTime &&
        !same_bits(then.*column.field, now.*column.field)) {
      throw NotReproducible(
          fmt::format("trial {} does not repeat itself: epoch {} has {} {} where the database has "
                      "{}. The same seed on the same "
                      "CPU and build must give the same bits; suspect the memory or the processor, "
                      "or start anew with --fresh",
                      trial, now.epoch, column.name, now.*column.field, then.*column.field));
    }
  }
}

TrialOutcome run_trial(const TrialTask& task,
                       const nn::TrainingData& data,
                       const search::Metric& metric,
                       const EpochSink& sink,
                       const std::stop_token& stop) {
  const auto begin = std::chrono::steady_clock::now();
  TrialOutcome outcome;
  auto ended = [&](search::TrialState state) {
    outcome.state = state;
    outcome.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return outcome;
  };
  nn::Settings settings;
  const auto trainer = make_trainer(task, data, stop, settings, outcome.reason);
  if (trainer == nullptr) {
    return ended(search::TrialState::kFailed);
  }
  search::BestEpoch best(metric);
  const auto is_exhausted = [&] {
    return settings.patience && outcome.epochs_done - best.epoch() >= *settings.patience;
  };
  while (outcome.epochs_done < settings.epochs && !is_exhausted()) {
    const auto record = train_epoch(*trainer, stop, outcome.reason);
    if (!record) {
      const bool failed = !outcome.reason.empty();
      return ended(failed ? search::TrialState::kFailed : search::TrialState::kInterrupted);
    }
    require_same(task.number, task.stored, *record);
    outcome.epochs_done = record->epoch;
    if (static_cast<std::size_t>(record->epoch) > task.stored.size()) {
      sink(*record);
    }
    if (record->diverged()) {
      outcome.reason = fmt::format("the loss is not finite in epoch {}", record->epoch);
      return ended(search::TrialState::kDiverged);
    }
    best.observe(*record);
  }
  outcome.value = best.value();
  outcome.best_epoch = best.epoch();
  return ended(search::TrialState::kComplete);
}

}  // namespace hpsearch::runner

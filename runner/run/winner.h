// What an ended sweep keeps of its winner: the test metrics and the weights of its best epoch.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/training/trainer.h"
#include "runner/console/line_printer.h"
#include "runner/run/candidates.h"
#include "runner/run/kept_weights.h"
#include "runner/run/trial_trainer.h"
#include "search/sweep/sweep_spec.h"
#include "storage/queries.h"
#include "storage/store.h"

namespace hpsearch::runner {

struct EndedSweep {
  const storage::SweepRow& sweep;
  const search::SweepSpec& spec;
  const nn::TrainingData& data;
  TrialFactory& trials;
  const std::optional<KeptWeights>& kept;  // by this run
  bool same_machine = true;  // have all runs of this sweep had the fingerprint of this one?
  const Candidates* candidates = nullptr;  // of a sweep with an ensemble
  int workers = 1;
  // The sweep's data anew, in so many folds: for `ensemble: {folds: K}`.
  std::function<nn::TrainingData(int folds)> load_folds = {};
};

// Takes the weights of the winner's best epoch from those that were kept, in memory or on the disk.
// Where there are none of just that epoch, regains them by training up to it, says so, and compares
// each epoch with the stored one; where these differ on another CPU or build, says so, and the
// weights are those that are trained here. What a trainer cannot repeat and has not kept has none.
//
// Evaluates the test rows, if there are any: test_loss, and what else of an Evaluation is defined.
// Writes the weights and what they make of the test rows, or of the validation rows where there are
// none, beside the database and notes both there; what cannot be written it says and goes on. The
// files are the same bytes whether the weights were kept or regained. Empty if `stop` came first.
// Throws NotReproducible where epochs differ on the same machine, and storage::StoreError.
std::optional<std::vector<storage::MetricRow>> keep_winner(const EndedSweep& ended,
                                                           const storage::LeaderboardRow& winner,
                                                           storage::Queries& queries,
                                                           storage::Store& store,
                                                           LinePrinter& printer,
                                                           const std::stop_token& stop);

// Keeps a winner's network, its predictions and what explains it; what cannot be written it says.
// `task`: of the training. False if `stop` came first.
bool keep_network(const EndedSweep& ended,
                  const storage::LeaderboardRow& winner,
                  const TrialTask& task,
                  nn::Trainer& judge,
                  storage::Store& store,
                  LinePrinter& printer,
                  const std::stop_token& stop);

}  // namespace hpsearch::runner

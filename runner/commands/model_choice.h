// Finds the model that a command is about.
#pragma once

#include "nn/model/trained_model.h"
#include "runner/commands/command.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// Adds --trial and --model.
void add_trial_options(boost::program_options::options_description& options);

// Adds these and --precision.
void add_model_options(boost::program_options::options_description& options);

struct ChosenModel {
  nn::TrainedModel model;
  std::string name;  // for people: "trial 45 of quickstart", or the file
};

// The trial that --trial names: the best one, or that of a number. Throws NoCompleteTrial where
// there is no best one, and UsageError for no number and no such trial.
storage::TrialRow choose_trial(storage::Queries& queries,
                               const storage::SweepRow& sweep,
                               const Invocation& invocation);

// --model FILE; else the trial that --trial says (`best` or a number) of the chosen sweep: its
// kept weights, or those of a second training, which is reported on stderr. Throws UsageError, with
// what to do, if there is none; NoCompleteTrial; nn::DataError for a damaged or an older file; and
// what train_again throws.
ChosenModel choose_model(const Invocation& invocation);

// The file to predict: the operand. Throws nn::DataError at once if it is a name that no file has.
const std::string& require_input(const Invocation& invocation);

// --precision; empty: the model's own. Throws UsageError.
std::optional<nn::Precision> choose_precision(const Invocation& invocation);

}  // namespace hpsearch::runner

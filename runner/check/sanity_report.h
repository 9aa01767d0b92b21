// `check --sanity` and `check --gradients`: what a look at the network itself says.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "nn/data/training_data.h"
#include "nn/training/gradient_check.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

struct SanityCheck {
  bool passed = true;
  std::string fact;    // "initial loss: 2.41; guessing would give 2.303"
  std::string advice;  // what to do; empty where it passes
};

// Checks of the network in the middle of the ranges, in order: class balance, initial loss,
// regularisation, memorising a few rows, a learning rate range test. Trains for seconds.
std::vector<SanityCheck> sanity_checks(const search::SweepSpec& spec, const nn::TrainingData& data);
std::string sanity_text(const search::SweepSpec& spec, const std::vector<SanityCheck>& checks);
// [{"passed":true,"fact":...,"advice":null}]
nlohmann::ordered_json to_json(const std::vector<SanityCheck>& checks);

struct GradientChecks {
  std::vector<nn::GradientCheck> arrays;  // one per parameter array
  bool reach_all = true;                  // each layer has weights with a finite gradient
  bool passed = true;
};

// Compares analytic with numerical gradients of that network.
GradientChecks gradient_checks(const search::SweepSpec& spec, const nn::TrainingData& data);
std::string gradients_text(const GradientChecks& checks);
// {"passed":true,"arrays":[{"parameter":...,"compared":20,"largest_error":1e-4}]}
nlohmann::ordered_json to_json(const GradientChecks& checks);

}  // namespace hpsearch::runner

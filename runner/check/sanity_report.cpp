#include "runner/check/sanity_report.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/training/batch_loader.h"
#include "nn/training/sanity.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "runner/check/estimate.h"

namespace hpsearch::runner {
namespace {

using Json = nlohmann::ordered_json;
using reports::short_number;

constexpr std::size_t kOverfitRows = 20;
constexpr int kOverfitUpdates = 1000;
constexpr double kLowestRate = 1e-6;
constexpr double kHighestRate = 100.0;
constexpr int kRangeUpdates = 200;
// How far the initial loss may differ from that of guessing: for classes in nats, for a regression
// as a factor. Every sound initialisation stays within (maxout with He weights comes closest), and
// weights from N(0, 1) lie far outside.
constexpr double kInitialTolerance = 1.0;
constexpr double kInitialFactor = 5.0;
// Used if the sweep has none: what raises the loss by about as much with either parametrization, of
// which ntk has weights from N(0, 1).
constexpr double kUsualL2 = 0.01;
constexpr double kUsualL2OfNtk = 1e-4;
// The test of rates makes a few updates at each; a training makes many, and needs no rate as high.
constexpr double kBelowFall = 3.0;
constexpr double kLargestError = 1e-2;  // relative, for float32 gradients

SanityCheck verdict(bool passed, const std::string& fact, const std::string& advice) {
  return {passed, fact, passed ? "" : advice};
}

// The lowest and highest learning rate of the sweep.
std::pair<double, double> rates_of(const search::SweepSpec& spec) {
  if (const auto* parameter = search::find_parameter(spec.space, "learning_rate")) {
    return {search::value_at(parameter->distribution, 0.0).number(),
            search::value_at(parameter->distribution, 1.0).number()};
  }
  const double fixed = nn::make_settings(spec.settings).learning_rate;
  return {fixed, fixed};
}

class Sanity {
 public:
  Sanity(const search::SweepSpec& spec, const nn::TrainingData& data)
      : spec_(spec),
        data_(data),
        settings_(nn::make_settings(middle_settings(spec))),
        seed_(nn::trial_seed(spec.seed, 0)) {}

  // In this order: regularisation() compares with the loss that first_loss() computes.
  std::vector<SanityCheck> run() {
    std::vector<SanityCheck> checks{data()};
    checks.push_back(first_loss());
    checks.push_back(regularisation());
    checks.push_back(by_heart());
    checks.push_back(rates());
    return checks;
  }

 private:
  bool is_ntk() const { return settings_.parametrization == nn::Parametrization::kNtk; }

  SanityCheck data() const {
    const auto rows = nn::class_rows(*data_.dataset, data_.split.train);
    if (rows.empty()) {
      std::string deviations;
      for (const nn::TargetScaling& target :
           nn::fit_targets(*data_.dataset, data_.split.train, true)) {
        deviations += (deviations.empty() ? "" : ", ") + short_number(target.deviation);
      }
      return verdict(true,
                     fmt::format("data: {} training rows, standard deviation of targets {}",
                                 data_.split.train.size(), deviations),
                     "");
    }
    const auto [least, most] = std::minmax_element(rows.begin(), rows.end());
    const double share = static_cast<double>(*most) / static_cast<double>(data_.split.train.size());
    return verdict(*least * 10 > *most,
                   fmt::format("data: {} training rows, {} to {} per class; always predicting the "
                               "largest class is right in {:.1f} %",
                               data_.split.train.size(), *least, *most, 100.0 * share),
                   "the classes are unbalanced: watch val_balanced_accuracy or val_f1, or write "
                   "training: {class_weights: balanced}");
  }

  SanityCheck first_loss() {
    initial_ = nn::initial_loss(settings_, data_, seed_);
    const bool regression = data_.dataset->task == nn::Task::kRegression;
    const double off = std::abs(initial_.loss - initial_.expected);
    const bool passed =
        regression ? initial_.loss <= kInitialFactor * initial_.expected : off <= kInitialTolerance;
    return verdict(
        passed,
        fmt::format("initial loss: {}; {} would give {}", short_number(initial_.loss),
                    regression ? "predicting 0" : "guessing", short_number(initial_.expected)),
        is_ntk() ? "the outputs start at 0 here, so look at the targets and the class weights"
                 : "the initial weights are too large or the inputs are not scaled: use init: "
                   "he_normal or xavier_normal, a smaller gain or init_std, or dataset: "
                   "{preprocess: standardize}");
  }

  SanityCheck regularisation() const {
    nn::Settings settings = settings_;
    const bool own = settings.l2 > 0.0 || settings.l1 > 0.0;
    const double usual = is_ntk() ? kUsualL2OfNtk : kUsualL2;
    settings.l2 = own ? settings.l2 : usual;
    const double penalty = nn::initial_penalty(settings, data_, seed_);
    const bool stuck = penalty == 0.0 && !settings_.hidden.empty();
    const bool passed = std::isfinite(penalty) && std::isfinite(initial_.loss) && !stuck &&
                        (!own || penalty < initial_.loss);
    const std::string what = own ? "the penalty" : fmt::format("an l2 of {:g}", usual);
    return verdict(
        passed,
        fmt::format("regularisation: {} raises the loss by {}, to {}", what, short_number(penalty),
                    short_number(initial_.loss + penalty)),
        !stuck
            ? "the penalty outweighs the data: lower l2 and l1, or make the initial weights smaller"
            : "the initial weights are all zero, so all units of a layer stay equal: use another "
              "init");
  }

  SanityCheck by_heart() const {
    const nn::Overfit o = nn::overfit(settings_, data_, seed_, kOverfitRows, kOverfitUpdates);
    const std::string rows = fmt::format("memorising {} rows", o.rows);
    if (o.learnt) {
      return verdict(
          true, fmt::format("{}: loss {} after {} updates", rows, short_number(o.loss), o.updates),
          "");
    }
    return verdict(false,
                   fmt::format("{}: loss {} after {} updates, from {}", rows, short_number(o.loss),
                               o.updates, short_number(o.first_loss)),
                   std::isfinite(o.loss) && o.loss < 0.5 * o.first_loss
                       ? "it learns, but does not reach a hundredth of the initial loss: train "
                         "longer, raise or lower learning_rate, or use optimizer: adam"
                       : "it does not learn: lower learning_rate if the loss grew; a deep sigmoid "
                         "network needs batch_norm, pretrain or another activation; check init, "
                         "max_norm and grad_clip, and whether equal rows have different targets");
  }

  SanityCheck rates() const {
    const nn::RangeTest test =
        nn::range_test(settings_, data_, seed_, kLowestRate, kHighestRate, kRangeUpdates);
    const auto [low, high] = rates_of(spec_);
    if (!test.falls_from || !test.steepest) {
      return verdict(
          false, "learning rates: the loss falls at no rate from 1e-6 to 100",
          fmt::format(
              "check {}activation, the scale of the inputs, dropout, max_norm and grad_clip",
              is_ntk() ? "" : "init, "));
    }
    const std::string above =
        test.diverges_above ? fmt::format(", diverges above {}", short_number(*test.diverges_above))
                            : std::string();
    const bool reaches = high * kBelowFall >= *test.falls_from;
    const bool bounded = !test.diverges_above || low < *test.diverges_above;
    const double most = test.diverges_above.value_or(*test.steepest * 10.0);
    return verdict(
        reaches && bounded,
        fmt::format("learning rates: the loss falls from {} up, fastest near {}{}",
                    short_number(*test.falls_from), short_number(*test.steepest), above),
        fmt::format(
            "the sweep's {}; {} it, for example learning_rate: {{min: {}, max: {}, scale: log}}",
            low == high ? fmt::format("learning_rate is {}", short_number(low))
                        : fmt::format("learning_rate ranges from {} to {}", short_number(low),
                                      short_number(high)),
            reaches ? "lower" : "raise", short_number(*test.falls_from / 10.0),
            short_number(most)));
  }

  const search::SweepSpec& spec_;
  const nn::TrainingData& data_;
  nn::Settings settings_;
  std::uint64_t seed_;
  nn::InitialLoss initial_;
};

}  // namespace

std::vector<SanityCheck> sanity_checks(const search::SweepSpec& spec,
                                       const nn::TrainingData& data) {
  return Sanity(spec, data).run();
}

std::string sanity_text(const search::SweepSpec& spec, const std::vector<SanityCheck>& checks) {
  const bool pretrains = nn::make_settings(middle_settings(spec)).pretrain.rbm;
  std::string text = fmt::format("sanity checks in the middle of the ranges{}:\n",
                                 pretrains ? ", without pre-training" : "");
  for (const SanityCheck& check : checks) {
    text += check.passed ? fmt::format("  ok    {}\n", check.fact)
                         : fmt::format("  look  {}\n        {}\n", check.fact, check.advice);
  }
  return text;
}

Json to_json(const std::vector<SanityCheck>& checks) {
  Json json = Json::array();
  for (const SanityCheck& check : checks) {
    json.push_back({{"passed", check.passed},
                    {"fact", check.fact},
                    {"advice", check.passed ? Json(nullptr) : Json(check.advice)}});
  }
  return json;
}

GradientChecks gradient_checks(const search::SweepSpec& spec, const nn::TrainingData& data) {
  constexpr std::size_t kRows = 32;
  const nn::Settings settings = nn::make_settings(middle_settings(spec));
  const auto rows = std::span(data.split.train).first(std::min(kRows, data.split.train.size()));
  GradientChecks checks{nn::check_gradients(settings, data, rows, nn::trial_seed(spec.seed, 0)),
                        false, false};
  double worst = 0.0;
  std::size_t arrays = 0;
  for (const nn::GradientCheck& check : checks.arrays) {
    worst = std::fmax(worst, check.largest_error);
    arrays += check.compared > 0 && check.parameter.ends_with("weight") ? 1U : 0U;
  }
  checks.reach_all = arrays > settings.hidden.size();
  checks.passed = checks.reach_all && worst < kLargestError;
  return checks;
}

std::string gradients_text(const GradientChecks& checks) {
  std::string text = "analytic against numerical gradients, the 20 largest of each array:\n";
  for (const nn::GradientCheck& check : checks.arrays) {
    text += check.compared == 0
                ? fmt::format("  {:24} none: no gradient reaches it, or normalisation cancels it\n",
                              check.parameter)
                : fmt::format("  {:24} {:>3} compared, largest relative error {:.1e}\n",
                              check.parameter, check.compared, check.largest_error);
  }
  if (!checks.reach_all) {
    return text +
           "  look  some weights have no finite gradient: are they all zero, or is everything "
           "dropped?\n";
  }
  return text + (checks.passed ? "  ok    all below 1e-2, as float32 rounding allows\n"
                               : "  look  above 1e-2, more than rounding: the loss may "
                                 "have kinks here or be very large; see --sanity\n");
}

Json to_json(const GradientChecks& checks) {
  Json arrays = Json::array();
  for (const nn::GradientCheck& check : checks.arrays) {
    arrays.push_back(
        {{"parameter", check.parameter},
         {"compared", check.compared},
         {"largest_error",
          check.compared == 0 ? Json(nullptr) : reports::finite(check.largest_error)}});
  }
  return {{"passed", checks.passed}, {"arrays", arrays}};
}

}  // namespace hpsearch::runner

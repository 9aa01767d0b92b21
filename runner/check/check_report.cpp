#include "runner/check/check_report.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "nn/network/model_summary.h"
#include "nn/training/batch_loader.h"
#include "nn/training/embedded_inputs.h"
#include "nn/training/gradient_check.h"
#include "nn/training/sanity.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "runner/check/estimate.h"

namespace hpsearch::runner {
namespace {

// "; 5 folds, one network for each"; empty without folds.
std::string folds_text(const nn::TrainingData& data) {
  return data.folds.empty()
             ? ""
             : fmt::format(
                   "; {} folds, one network for each{}", data.folds.size(),
                   data.dataset->order.empty() ? "" : ", trained on all rows before its own");
}

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

std::string task_text(const nn::Dataset& dataset) {
  switch (dataset.task) {
    case nn::Task::kRegression:
      return dataset.further_target_names.empty()
                 ? "regression"
                 : fmt::format("regression of {} targets: {}", dataset.outputs,
                               reports::printable(nn::target_text(dataset)));
    case nn::Task::kBinary:
      return "two classes";
    case nn::Task::kClassification:
      break;
  }
  return fmt::format("{} classes", dataset.classes);
}

bool varies(const search::SweepSpec& spec) {
  return std::any_of(spec.space.begin(), spec.space.end(), [](const search::Parameter& parameter) {
    const nn::SettingInfo* setting = nn::find_setting(parameter.name);
    return setting != nullptr && setting->section == nn::Section::kModel &&
           !std::holds_alternative<search::Fixed>(parameter.distribution);
  });
}

// The possible values of a setting; for a range of whole numbers all of them, up to a limit.
nn::ValueList possible(const search::SweepSpec& spec,
                       const std::string& name,
                       const nn::Value& fallback) {
  if (const auto* parameter = search::find_parameter(spec.space, name)) {
    if (const auto* fixed = std::get_if<search::Fixed>(&parameter->distribution)) {
      return {fixed->value};
    }
    if (const auto* some = std::get_if<search::Categorical>(&parameter->distribution)) {
      return some->values;
    }
    double low = 0.0;
    double high = 0.0;
    if (const auto* range = std::get_if<search::Numeric>(&parameter->distribution)) {
      low = range->low;
      high = range->high;
    } else {
      const auto& normal = std::get<search::Normal>(parameter->distribution);
      low = normal.low;
      high = normal.high;
    }
    nn::ValueList all;
    for (double x = low; x <= high && all.size() < 100'000; x += 1.0) {
      all.emplace_back(static_cast<std::int64_t>(x));
    }
    return all;
  }
  const auto fixed = spec.settings.find(name);
  return {fixed == spec.settings.end() ? fallback : fixed->second};
}

// A batch size of the sweep that leaves a last batch of one row, if batch normalisation may be on.
std::optional<std::int64_t> batch_with_a_single_row(const search::SweepSpec& spec,
                                                    std::size_t rows) {
  const nn::ValueList norms = possible(spec, "batch_norm", false);
  const nn::ValueList drops = possible(spec, "drop_last", false);
  const bool meets = std::find(norms.begin(), norms.end(), nn::Value(true)) != norms.end() &&
                     std::find(drops.begin(), drops.end(), nn::Value(false)) != drops.end();
  for (const nn::Value& value : possible(spec, "batch_size", std::int64_t{64})) {
    const auto* batch = std::get_if<std::int64_t>(&value);
    if (meets && batch != nullptr && *batch > 1 && rows % static_cast<std::size_t>(*batch) == 1 &&
        static_cast<std::size_t>(*batch) < rows) {
      return *batch;
    }
  }
  return std::nullopt;
}

// A note if a stage ends before the warm-up does: its trials are compared at learning rates below
// their own.
std::string warmup_note(const search::SweepSpec& spec) {
  double warmup = 0.0;
  if (const auto* parameter = search::find_parameter(spec.space, "schedule.warmup")) {
    warmup = search::value_at(parameter->distribution, 1.0).number();
  } else if (const auto it = spec.settings.find("schedule.warmup"); it != spec.settings.end()) {
    warmup = it->second.number();
  }
  const auto& stages = spec.search.stages;
  const auto shorter = std::find_if(stages.begin(), stages.end(), [&](const auto& stage) {
    return static_cast<double>(stage.epochs) <= warmup;
  });
  if (shorter == stages.end() || warmup == 0.0) {
    return "";
  }
  return fmt::format(
      "  note: stage {} trains for {} epoch{}, within the warm-up of {:g}, so its trials are "
      "judged at lower learning rates than their own\n",
      shorter - stages.begin(), shorter->epochs, shorter->epochs == 1 ? "" : "s", warmup);
}

std::string megabytes(double bytes) {
  return fmt::format("{:.2f} MB", bytes / (1024.0 * 1024.0));
}

std::string verdict(bool passed, const std::string& fact, const std::string& advice) {
  return passed ? fmt::format("  ok    {}\n", fact)
                : fmt::format("  look  {}\n        {}\n", fact, advice);
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

  std::string run() {
    // In this order: regularisation() compares with the loss that first_loss() computes.
    std::string text = fmt::format("sanity checks in the middle of the ranges{}:\n",
                                   settings_.pretrain.rbm ? ", without pre-training" : "");
    text += data();
    text += first_loss();
    text += regularisation();
    text += by_heart();
    text += rates();
    return text;
  }

 private:
  bool is_ntk() const { return settings_.parametrization == nn::Parametrization::kNtk; }

  std::string data() const {
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

  std::string first_loss() {
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

  std::string regularisation() const {
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

  std::string by_heart() const {
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

  std::string rates() const {
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

std::string data_text(const nn::TrainingData& data) {
  const nn::Dataset& dataset = *data.dataset;
  std::string text =
      fmt::format("data: {}: {} rows of {} features, {}\n", reports::printable(dataset.name),
                  dataset.rows, dataset.columns, task_text(dataset));
  text += fmt::format("  train {}, validation {}, test {}{}\n", data.split.train.size(),
                      data.split.validation.size(), data.split.test.size(), folds_text(data));
  const auto rows = nn::class_rows(dataset, data.split.train);
  constexpr std::size_t kShownClasses = 20;
  for (std::size_t i = 0; i < std::min(rows.size(), kShownClasses); ++i) {
    text += fmt::format("{}{}: {}", i == 0 ? "  training rows per class: " : ", ",
                        dataset.class_names.empty() ? std::to_string(i)
                                                    : reports::printable(dataset.class_names[i]),
                        rows[i]);
  }
  text += rows.size() > kShownClasses ? ", ...\n" : rows.empty() ? "" : "\n";
  std::size_t width = 0;
  for (const nn::ColumnReport& column : dataset.column_reports) {
    width = std::max(width, reports::display_width(reports::printable(column.name)));
  }
  for (const nn::ColumnReport& column : dataset.column_reports) {
    text += fmt::format("  {:{}}  {}\n", reports::printable(column.name), width,
                        reports::printable(column.treatment));
  }
  for (const std::string& note : dataset.notes) {
    text += fmt::format("  note: {}\n", reports::printable(note));
  }
  return text;
}

std::string model_text(const search::SweepSpec& spec, const nn::TrainingData& data) {
  const nn::Settings settings = nn::make_settings(middle_settings(spec));
  const std::size_t rows = nn::rows_of_batch(settings, data);
  const std::size_t outputs = nn::network_outputs(*data.dataset);
  const nn::NetworkInputs inputs = nn::network_inputs(settings, data);
  const nn::ModelSummary model = nn::summarise_model(settings, inputs, outputs, rows);
  std::string shape = std::to_string(inputs.all());
  for (const int width : settings.hidden) {
    shape += fmt::format("-{}", width);
  }
  std::string text =
      fmt::format("model: {}-{}, {} parameters{}\n", shape, outputs, model.parameters,
                  varies(spec) ? ", in the middle of its ranges" : "");
  for (const nn::SummaryRow& row : model.rows) {
    text += fmt::format("  {:14}[{}, {}]{:>10}{}{}\n", row.name, rows, row.units, row.parameters,
                        row.detail.empty() ? "" : "  ", row.detail);
  }
  text += fmt::format(
      "  memory: input {}, forward and backward pass of a batch {}, parameters {}, total {}\n",
      megabytes(model.input_bytes), megabytes(model.pass_bytes), megabytes(model.parameter_bytes),
      megabytes(model.input_bytes + model.pass_bytes + model.parameter_bytes));
  if (const auto batch = batch_with_a_single_row(spec, data.split.train.size())) {
    text += fmt::format(
        "  note: with a batch_size of {} the last batch of an epoch is a single row, which batch "
        "normalisation leaves out\n",
        *batch);
  }
  return text + warmup_note(spec);
}

std::string sanity_text(const search::SweepSpec& spec, const nn::TrainingData& data) {
  return Sanity(spec, data).run();
}

std::string gradients_text(const search::SweepSpec& spec, const nn::TrainingData& data) {
  constexpr std::size_t kRows = 32;
  const nn::Settings settings = nn::make_settings(middle_settings(spec));
  const auto rows = std::span(data.split.train).first(std::min(kRows, data.split.train.size()));
  std::string text = "analytic against numerical gradients, the 20 largest of each array:\n";
  double worst = 0.0;
  std::size_t arrays = 0;
  for (const nn::GradientCheck& check :
       nn::check_gradients(settings, data, rows, nn::trial_seed(spec.seed, 0))) {
    worst = std::fmax(worst, check.largest_error);
    arrays += check.compared > 0 && check.parameter.ends_with("weight") ? 1U : 0U;
    text += check.compared == 0
                ? fmt::format("  {:24} none: no gradient reaches it, or normalisation cancels it\n",
                              check.parameter)
                : fmt::format("  {:24} {:>3} compared, largest relative error {:.1e}\n",
                              check.parameter, check.compared, check.largest_error);
  }
  if (arrays <= settings.hidden.size()) {
    return text +
           "  look  some weights have no finite gradient: are they all zero, or is everything "
           "dropped?\n";
  }
  return text + (worst < kLargestError ? "  ok    all below 1e-2, as float32 rounding allows\n"
                                       : "  look  above 1e-2, more than rounding: the loss may "
                                         "have kinks here or be very large; see --sanity\n");
}

}  // namespace hpsearch::runner

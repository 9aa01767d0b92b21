#include "runner/tour/tour_steps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/findings/border.h"
#include "reports/summary/sweep_report.h"
#include "reports/text/numbers.h"
#include "reports/text/paint.h"
#include "runner/tour/tour_pictures.h"
#include "runner/tour/tour_results.h"

namespace hpsearch::runner {
namespace {

using reports::short_number;

constexpr char kInitialLoss[] = "tour-initial-loss";
constexpr char kLearningRate[] = "tour-learning-rate";
constexpr char kWeightDecay[] = "tour-weight-decay";
constexpr char kDropout[] = "tour-dropout";
constexpr char kEven[] = "tour-even-scale";
constexpr char kLog[] = "tour-log-scale";
constexpr char kGrid[] = "tour-grid";
constexpr char kRandom[] = "tour-random";
constexpr char kBorder[] = "tour-border";
constexpr char kWide[] = "tour-border-wide";
constexpr char kCoarse[] = "tour-coarse-to-fine";
constexpr char kAllLong[] = "tour-all-long";

std::string best_number(double value) {
  return reports::painted(reports::Paint::kBest, short_number(value));
}

// The trial that begins with these weights.
TourTrial begun_with(storage::Queries& queries, const std::string& init, double deviation) {
  auto trials = tour_trials(queries, kInitialLoss);
  return *std::find_if(trials.begin(), trials.end(), [&](const TourTrial& trial) {
    return trial.text("init") == init && trial.number("init_std") == deviation;
  });
}

// --- 1: before training --------------------------------------------------------------------------

std::string initial_picture(storage::Queries& queries, const TourLook& look) {
  std::vector<std::pair<std::string, double>> bars;
  for (const auto& [title, init, deviation] :
       {std::tuple("zeros", "zero", 1.0), std::tuple("N(0, 0.01 squared)", "normal", 0.01),
        std::tuple("PyTorch's default", "torch_default", 1.0),
        std::tuple("Xavier", "xavier_normal", 1.0), std::tuple("He", "he_normal", 1.0),
        std::tuple("N(0, 1)", "normal", 1.0)}) {
    bars.emplace_back(title, initial_loss(queries, begun_with(queries, init, deviation)));
  }
  return "loss before training, by how the weights begin\n" + bars_picture(bars, false, look);
}

std::string initial_sentence(storage::Queries& queries) {
  return fmt::format(
      "A network that knows nothing should say so: for 10 classes its loss is ln 10 = {}, and with "
      "zeros it is {}. Weights from N(0, 1) are sure of what they do not know, and begin at {}.",
      short_number(std::log(10.0)),
      short_number(initial_loss(queries, begun_with(queries, "zero", 1.0))),
      short_number(initial_loss(queries, begun_with(queries, "normal", 1.0))));
}

// --- 2 and 3: learning rates -------------------------------------------------------------------

constexpr double kFast = 10.0;
constexpr double kGood = 0.1;
constexpr double kSlow = 1e-4;

TourCurve rate_curve(storage::Queries& queries, double rate) {
  const TourTrial trial = tour_trial(queries, kLearningRate, "learning_rate", rate);
  const std::string_view state = search::to_text(trial.row.state);
  return {fmt::format("learning rate {}: {}", short_number(rate),
                      reports::painted(reports::paint_of_state(state), state)),
          tour_curve(queries, trial, "train_loss")};
}

std::string explosion_picture(storage::Queries& queries, const TourLook& look) {
  return "training loss\n" +
         curves_picture({{rate_curve(queries, kGood)}, {rate_curve(queries, kFast)}}, true, false,
                        look);
}

std::string explosion_sentence(storage::Queries& queries) {
  const TourTrial trial = tour_trial(queries, kLearningRate, "learning_rate", kFast);
  double largest = 0.0;
  for (const auto& [epoch, loss] : tour_curve(queries, trial, "train_loss")) {
    largest = std::isfinite(loss) ? std::max(largest, loss) : largest;
  }
  return fmt::format(
      "With a learning rate of {} each step overshoots further than the one before: the loss grows "
      "from {} to {}, until it is no number any more. Such a trial ends as {} after epoch {} of "
      "{}; "
      "it counts as the worst, and the search goes on.",
      short_number(kFast), short_number(initial_loss(queries, trial)), short_number(largest),
      search::to_text(trial.row.state), trial.row.epochs_done, trial.row.epochs);
}

std::string crawl_picture(storage::Queries& queries, const TourLook& look) {
  return "training loss\n" +
         curves_picture({{rate_curve(queries, kGood)}, {rate_curve(queries, kSlow)}}, false, true,
                        look);
}

std::string crawl_sentence(storage::Queries& queries) {
  const TourTrial slow = tour_trial(queries, kLearningRate, "learning_rate", kSlow);
  const TourTrial good = tour_trial(queries, kLearningRate, "learning_rate", kGood);
  return fmt::format(
      "With a learning rate of {} the loss has come from {} to {} in {} epochs, with {} to {}. A "
      "loss "
      "that falls like a straight line asks for a higher rate; the best ones lie shortly below "
      "those "
      "that break.",
      short_number(kSlow), short_number(initial_loss(queries, slow)),
      short_number(tour_last(queries, slow, "train_loss")), slow.row.epochs_done,
      short_number(kGood), best_number(tour_last(queries, good, "train_loss")));
}

// --- 4: L2
// -----------------------------------------------------------------------------------------

constexpr double kStrongL2 = 30.0;

std::string l2_picture(storage::Queries& queries, const TourLook& look) {
  auto trials = tour_trials(queries, kWeightDecay);
  std::sort(trials.begin(), trials.end(),
            [](const TourTrial& a, const TourTrial& b) { return a.number("l2") < b.number("l2"); });
  std::vector<std::pair<std::string, double>> bars;
  for (const TourTrial& trial : trials) {
    bars.emplace_back("l2 " + trial.text("l2"), tour_last(queries, trial, "val_loss"));
  }
  return "loss on rows that it has not seen, on a log scale\n" + bars_picture(bars, true, look);
}

std::string l2_sentence(storage::Queries& queries) {
  const TourTrial without = tour_trial(queries, kWeightDecay, "l2", 0.0);
  const TourTrial with = tour_trial(queries, kWeightDecay, "l2", kStrongL2);
  return fmt::format(
      "20 rows of 200 inputs: without L2 the model knows its rows by heart, at a training loss of "
      "{}, "
      "and is wrong about all others, at {}. An l2 of {} keeps the weights small, and other rows "
      "at "
      "{}.",
      short_number(tour_last(queries, without, "train_loss")),
      short_number(tour_last(queries, without, "val_loss")), short_number(kStrongL2),
      best_number(tour_last(queries, with, "val_loss")));
}

// --- 5: dropout
// ------------------------------------------------------------------------------------

constexpr double kHalf = 0.5;

std::vector<TourCurve> accuracies(storage::Queries& queries, double dropout) {
  const TourTrial trial = tour_trial(queries, kDropout, "dropout", dropout);
  return {{fmt::format("dropout {}", short_number(dropout)),
           tour_curve(queries, trial, "val_accuracy"), 'v'},
          {"", tour_curve(queries, trial, "train_accuracy"), 't'}};
}

std::string dropout_picture(storage::Queries& queries, const TourLook& look) {
  return fmt::format("accuracy: validation {}, training {}\n",
                     look.glyphs == reports::Glyphs::kUnicode ? "solid" : "v",
                     look.glyphs == reports::Glyphs::kUnicode ? "dotted" : "t") +
         curves_picture({accuracies(queries, 0.0), accuracies(queries, kHalf)}, false, true, look);
}

std::string dropout_sentence(storage::Queries& queries) {
  const auto gap = [&](const TourTrial& trial) {
    return 100.0 * (tour_last(queries, trial, "train_accuracy") -
                    tour_last(queries, trial, "val_accuracy"));
  };
  const TourTrial without = tour_trial(queries, kDropout, "dropout", 0.0);
  const TourTrial with = tour_trial(queries, kDropout, "dropout", kHalf);
  return fmt::format(
      "Of 100 rows to train on the network gets {:.0f} % right, and {:.1f} % of others: a gap of "
      "{:.1f} points. Dropout leaves half of the units out, another half at each step, so that "
      "none "
      "relies on the others: the gap shrinks to {:.1f} points.",
      100.0 * tour_last(queries, without, "train_accuracy"),
      100.0 * tour_last(queries, without, "val_accuracy"), gap(without), gap(with));
}

// --- 6: scales
// -------------------------------------------------------------------------------------

std::vector<double> rates(storage::Queries& queries, std::string_view sweep) {
  std::vector<double> values;
  for (const TourTrial& trial : tour_trials(queries, sweep)) {
    values.push_back(trial.number("learning_rate"));
  }
  return values;
}

std::string scales_picture(storage::Queries& queries, const TourLook& look) {
  return "how many of 16 learning rates lie where\n" +
         strips_picture({{"drawn evenly", rates(queries, kEven)},
                         {"drawn on a log scale", rates(queries, kLog)}},
                        1e-5, 10.0, look);
}

std::string scales_sentence(storage::Queries& queries) {
  const auto above_one = [&](std::string_view sweep) {
    const auto all = rates(queries, sweep);
    return std::count_if(all.begin(), all.end(), [](double rate) { return rate > 1.0; });
  };
  const auto best = [&](std::string_view sweep) { return *tour_best(queries, sweep).row.value; };
  return fmt::format(
      "Drawn evenly from 1e-5 to 10, {} of 16 learning rates lie above 1, where nothing learns: "
      "the "
      "best validation loss is {}. On a log scale each decade gets its share, {} lie there, and "
      "the "
      "best is {}. So write scale: log for rates and strengths.",
      above_one(kEven), short_number(best(kEven)), above_one(kLog), best_number(best(kLog)));
}

// --- 7: random against grid
// ------------------------------------------------------------------------

TourPoints places(storage::Queries& queries, std::string_view sweep, const char* title) {
  TourPoints points{title, {}};
  for (const TourTrial& trial : tour_trials(queries, sweep)) {
    points.points.emplace_back(trial.number("learning_rate"), trial.number("l2"));
  }
  return points;
}

std::string grid_picture(storage::Queries& queries, const TourLook& look) {
  return "nine trials: L2 over learning rate\n" +
         points_picture({places(queries, kGrid, "grid"), places(queries, kRandom, "random")},
                        "learning_rate", true, look);
}

std::string grid_sentence(storage::Queries& queries) {
  const auto different = [&](std::string_view sweep) {
    const auto all = rates(queries, sweep);
    return std::set<double>(all.begin(), all.end()).size();
  };
  return fmt::format(
      "L2 hardly matters here, the learning rate does. The grid tries {} rates, each three times, "
      "and "
      "finds a validation loss of {}; as many random points try {} and find {}.",
      different(kGrid), short_number(*tour_best(queries, kGrid).row.value), different(kRandom),
      best_number(*tour_best(queries, kRandom).row.value));
}

// --- 8: the border
// ---------------------------------------------------------------------------------

TourPoints losses(storage::Queries& queries, std::string_view sweep, const char* title) {
  TourPoints points{title, {}};
  for (const TourTrial& trial : tour_trials(queries, sweep)) {
    if (trial.row.value) {
      points.points.emplace_back(trial.number("learning_rate"), *trial.row.value);
    }
  }
  return points;
}

std::string border_picture(storage::Queries& queries, const TourLook& look) {
  return "validation loss over learning rate\n" +
         points_picture(
             {losses(queries, kBorder, "1e-5 to 0.01"), losses(queries, kWide, "1e-5 to 30")},
             "learning_rate", false, look);
}

std::string border_sentence(storage::Queries& queries) {
  const auto report = reports::read_report(queries, queries.sweep(kBorder).value(), 1);
  std::string said;
  for (const reports::BorderWarning& warning : report.borders) {
    said = reports::to_text(warning);
  }
  said = said.substr(0, said.find("; widen it"));
  return fmt::format(
      "Where the best trial lies at the edge of its range, better ones lie beyond: {} against {} "
      "in the wider range. hpsearch report says so: {}",
      short_number(*tour_best(queries, kBorder).row.value),
      best_number(*tour_best(queries, kWide).row.value), said);
}

// --- 9: coarse to fine
// -----------------------------------------------------------------------------

std::vector<TourRange> boxes(storage::Queries& queries) {
  std::vector<TourRange> ranges;
  for (const storage::StageRow& stage : queries.stages(queries.sweep(kCoarse).value().sweep_id)) {
    const auto rate = nn::parse_json(stage.space_json).at("learning_rate");
    ranges.push_back({fmt::format("{} trials of {} epochs", stage.trials, stage.epochs.value_or(0)),
                      rate.at("min").get<double>(), rate.at("max").get<double>()});
  }
  return ranges;
}

std::string stages_picture(storage::Queries& queries, const TourLook& look) {
  return "the range of the learning rate, stage by stage\n" + ranges_picture(boxes(queries), look);
}

std::string stages_sentence(storage::Queries& queries) {
  const auto ranges = boxes(queries);
  const auto decades = [](const TourRange& range) { return std::log10(range.high / range.low); };
  return fmt::format(
      "Short trainings say where long ones are worth their time: the range shrinks from {:.0f} "
      "decades to {:.1f}. In {} epochs the search finds {}; 40 full trainings take {} epochs and "
      "find "
      "{}.",
      decades(ranges.front()), decades(ranges.back()), queries.summary(kCoarse).epochs,
      best_number(*tour_best(queries, kCoarse).row.value), queries.summary(kAllLong).epochs,
      short_number(*tour_best(queries, kAllLong).row.value));
}

}  // namespace

std::span<const TourStep> tour_steps() {
  static const std::array<TourStep, 9> steps{{
      {"Before training",
       {{"initial-loss.yaml", kInitialLoss, {}}},
       initial_picture,
       initial_sentence},
      {"A learning rate that explodes",
       {{"learning-rate.yaml",
         kLearningRate,
         {"dataset.source=digits", "dataset.validation=360", "dataset.test=360",
          "model.activation=leaky_relu", "training.epochs=20", "training.batch_size=32",
          "parameters.learning_rate.values=[1e-4, 0.1, 10]"}}},
       explosion_picture,
       explosion_sentence},
      {"A learning rate that crawls", {}, crawl_picture, crawl_sentence},
      {"L2 makes a model learn the rule instead of its rows",
       {{"weight-decay.yaml", kWeightDecay, {}}},
       l2_picture,
       l2_sentence},
      {"Dropout narrows the gap",
       {{"l2-dropout.yaml",
         kDropout,
         {"dataset.source=digits", "dataset.validation=1000", "dataset.test=697",
          "parameters.l2.values=[0]", "parameters.dropout.values=[0, 0.5]"}}},
       dropout_picture,
       dropout_sentence},
      {"Learning rates belong on a log scale",
       {{"log-scale.yaml", kEven, {}},
        {"log-scale.yaml", kLog, {"parameters.learning_rate.scale=log"}}},
       scales_picture,
       scales_sentence},
      {"Random points beat a grid",
       {{"random-grid.yaml", kGrid, {}}, {"random-grid.yaml", kRandom, {"method=random"}}},
       grid_picture,
       grid_sentence},
      {"A best value at the border",
       {{"border.yaml", kBorder, {"run_cap=60"}},
        {"border.yaml", kWide, {"parameters.learning_rate.max=30"}}},
       border_picture,
       border_sentence},
      {"First coarse, then fine",
       {{"coarse-to-fine.yaml", kCoarse, {}}, {"coarse-to-fine.yaml", kAllLong, {"method=random"}}},
       stages_picture,
       stages_sentence},
  }};
  return steps;
}

}  // namespace hpsearch::runner

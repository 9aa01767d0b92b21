#include "nn/data/fold_split.h"
#include "runner/console/limits.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/yaml/table_names.h"
#include "search/sweep/metric.h"
#include "search/sweep/search_options.h"

namespace hpsearch::runner {
namespace {

using Form = KeyInfo::Form;
using Scope = KeyInfo::Scope;
using Words = std::vector<std::string_view>;

constexpr double kMostEpochs = 1e6;

constexpr KeyInfo kMetricKeys[]{
    {.name = "name", .meaning = "what is optimised"},
    {.name = "goal",
     .form = Form::kWord,
     .words =
         [] {
           return Words{"maximize", "minimize"};
         },
     .fallback = "by the name; minimize for programs",
     .meaning = "which values are better"},
    {.name = "target", .form = Form::kReal, .meaning = "ends the sweep when a trial reaches it"},
    {.name = "impute",
     .form = Form::kOther,
     .scope = Scope::kPrograms,
     .meaning = "accepted from W&B's files and noted; failed trials rank behind all others"},
    {.name = "impute_while_running",
     .form = Form::kOther,
     .scope = Scope::kPrograms,
     .meaning = "accepted from W&B's files and noted; failed trials rank behind all others"},
};

constexpr KeyInfo kStopKeys[]{
    {.name = "trials",
     .form = Form::kWhole,
     .min = 1,
     .max = static_cast<double>(kMaxTrials),
     .meaning = "another name for `run_cap`"},
    {.name = "time",
     .form = Form::kDuration,
     .meaning = "training time over all runs, such as `30m`"},
    {.name = "epochs", .form = Form::kWhole, .min = 1, .meaning = "epochs over all trials"},
    {.name = "target", .form = Form::kReal, .meaning = "another name for `metric.target`"},
    {.name = "failures",
     .form = Form::kWhole,
     .min = 1,
     .meaning = "failed trials; `run` then exits with 4"},
    {.name = "no_improvement",
     .form = Form::kWhole,
     .min = 1,
     .meaning =
         "trials in a row, of the last stage, that are not better than the best before them"},
};

constexpr KeyInfo kSearchKeys[]{
    {.name = "duplicates",
     .form = Form::kWord,
     .words =
         [] {
           return Words{"avoid", "allow"};
         },
     .fallback = "avoid",
     .meaning = "`avoid` draws again when an earlier trial had the same values, and ends a sweep "
                "that has tried every point of its space; `allow` does neither"},
    {.name = "startup",
     .form = Form::kWhole,
     .min = 0,
     .max = 10'000,
     .fallback = "8",
     .meaning = "how many trials end before the model takes over, up to 10000; the trials before "
                "that are Sobol points. A model needs at least one result, so 0 means 1"},
    {.name = "warm_start", .meaning = "start from an earlier sweep"},
    {.name = "stages",
     .form = Form::kOther,
     .min = 1,
     .max = 20,
     .fallback = "3",
     .meaning = "a number of stages, or a list with the `share` (of the trials) and `epochs` of "
                "each; three stages have shares 0.5, 0.3 and 0.2, and a tenth, a third and all of "
                "`training.epochs`"},
    {.name = "points",
     .form = Form::kWord,
     .words = [] { return table_names(search::kPointsTable); },
     .fallback = "sobol",
     .meaning = "the points of each stage: `sobol` (scrambled; from the second stage on, every "
                "other point lies close to the best trial), `random`, or `grid` (the largest "
                "nearly cubic grid that fits, then its refinement)"},
    {.name = "elite",
     .form = Form::kReal,
     .min = 0,
     .max = 1,
     .above_min = true,
     .fallback = "0.2",
     .meaning = "share of a stage's trials, at least five, around which the next stage searches"},
    {.name = "carry",
     .form = Form::kWhole,
     .min = 0,
     .max = 1000,
     .fallback = "3",
     .meaning = "how many of a stage's best trials the next stage trains again, for longer"},
    {.name = "shrink",
     .form = Form::kReal,
     .min = 0,
     .max = 1,
     .above_min = true,
     .fallback = "0.5",
     .meaning = "in the next stage, the range of a parameter that matters is `shrink`^2 to "
                "`shrink` times as wide"},
    {.name = "expand",
     .form = Form::kWord,
     .words = [] { return table_names(search::kExpandTable); },
     .fallback = "warn",
     .meaning = "what to do when the best value sits at the edge of a written range: `warn`, "
                "`auto` (search beyond it) or `never` (say nothing)"},
};

constexpr KeyInfo kStageKeys[]{
    {.name = "share",
     .form = Form::kReal,
     .min = 0,
     .max = 1,
     .above_min = true,
     .meaning = "of the trials; the shares of all stages add up to 1"},
    {.name = "epochs",
     .form = Form::kWhole,
     .min = 1,
     .max = kMostEpochs,
     .meaning = "that each trial of the stage trains"},
};

constexpr KeyInfo kRepeatsKeys[]{
    {.name = "seeds",
     .form = Form::kWhole,
     .min = 2,
     .max = 1000,
     .fallback = "3",
     .meaning = "trainings of each repeated trial, including the first; at least 2"},
    {.name = "top",
     .form = Form::kWhole,
     .min = 1,
     .max = 10'000,
     .fallback = "3",
     .meaning = "how many of the best trials are repeated"},
};

// Each candidate's predictions and weights are in memory at the end.
constexpr double kMostMembers = 1000;

constexpr KeyInfo kEnsembleKeys[]{
    {.name = "folds",
     .form = Form::kWhole,
     .min = nn::kFewestFolds,
     .max = nn::kMostFolds,
     .meaning =
         "2 to 50: networks with the best trial's settings, one for each fold. With "
         "`dataset.folds` the best trial's own networks are taken, and this key can be left out"},
    {.name = "trials",
     .form = Form::kWhole,
     .min = 1,
     .max = kMostMembers,
     .meaning = "how many of the best trials to choose from; with `dataset.folds` each brings the "
                "networks of all its folds"},
    {.name = "steps",
     .form = Form::kWhole,
     .min = 1,
     .max = 10'000,
     .fallback = "40",
     .meaning = "with `trials`: steps of the choice"},
    {.name = "refit",
     .form = Form::kTruth,
     .fallback = "false",
     .meaning = "after the test, the networks train again on all rows (except a test part that "
                "comes with the data), each for its own best number of epochs; the reported test "
                "metrics are from before"},
};

constexpr KeyInfo kCheckpointsKeys[]{
    {.name = "every",
     .form = Form::kWhole,
     .min = 1,
     .max = kMostEpochs,
     .fallback = "1",
     .meaning = "epochs from one saved state to the next"},
    {.name = "keep",
     .form = Form::kWhole,
     .min = 1,
     .max = static_cast<double>(kMaxWorkers),
     .fallback = "the number of workers",
     .meaning = "how many trials (with `dataset.folds`, how many folds) may have files at a time"},
};

constexpr KeyInfo kParallelKeys[]{
    {.name = "workers",
     .form = Form::kWhole,
     .min = 1,
     .max = static_cast<double>(kMaxWorkers),
     .fallback = "one per core",
     .meaning = "trials trained at the same time, one thread each"},
    {.name = "deterministic",
     .form = Form::kTruth,
     .fallback = "true",
     .meaning =
         "whether methods that learn from trials make the same suggestions, and `early_terminate` "
         "stops the same trials, whatever the timing, waiting for results where they must"},
    {.name = "gpus",
     .form = Form::kList,
     .scope = Scope::kPrograms,
     .meaning = "the GPUs that running trials share out, one each (CUDA_VISIBLE_DEVICES)"},
    {.name = "cores",
     .form = Form::kWhole,
     .min = 1,
     .max = 1 << 16,
     .scope = Scope::kPrograms,
     .meaning = "of each running trial (CPU affinity and OMP_NUM_THREADS)"},
    {.name = "memory",
     .form = Form::kSize,
     .scope = Scope::kPrograms,
     .meaning = "of each running trial, as a limit, such as `4G`"},
};

constexpr double kLongest = 1e9;

constexpr KeyInfo kFidelityKeys[]{
    {.name = "parameter", .meaning = "the parameter that is the length of a trial"},
    {.name = "min",
     .form = Form::kWhole,
     .min = 1,
     .max = kLongest,
     .fallback = "1",
     .meaning = "its smallest value"},
    {.name = "max",
     .form = Form::kWhole,
     .min = 1,
     .max = kLongest,
     .fallback = "the parameter's own value",
     .meaning = "its largest value"},
};

}  // namespace

std::span<const KeyInfo> metric_keys() {
  return kMetricKeys;
}
std::span<const KeyInfo> stop_keys() {
  return kStopKeys;
}
std::span<const KeyInfo> search_keys() {
  return kSearchKeys;
}
std::span<const KeyInfo> stage_keys() {
  return kStageKeys;
}
std::span<const KeyInfo> repeats_keys() {
  return kRepeatsKeys;
}
std::span<const KeyInfo> ensemble_keys() {
  return kEnsembleKeys;
}
std::span<const KeyInfo> checkpoints_keys() {
  return kCheckpointsKeys;
}
std::span<const KeyInfo> parallel_keys() {
  return kParallelKeys;
}
std::span<const KeyInfo> fidelity_keys() {
  return kFidelityKeys;
}

bool goes_with(std::string_view search_key, const search::SamplerInfo& method) {
  return search_key == "duplicates"   ? true
         : search_key == "startup"    ? method.has_startup
         : search_key == "warm_start" ? method.learns != search::Learns::kNothing
                                      : method.staged();
}

std::vector<std::string_view> metric_names() {
  auto names = table_names(search::metric_table());
  names.push_back(search::kLogLoss);
  return names;
}

}  // namespace hpsearch::runner

#include <array>

#include "runner/console/limits.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/yaml/table_names.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

using Form = KeyInfo::Form;
using Scope = KeyInfo::Scope;
using Words = std::vector<std::string_view>;

constexpr double kMostRetries = 100;

constexpr KeyInfo kTopKeys[]{
    {.name = "name",
     .fallback = "the file's name",
     .meaning = "identifies the sweep in the database"},
    {.name = "description", .meaning = "a text for you"},
    {.name = "project",
     .form = Form::kOther,
     .meaning = "accepted from W&B's files and noted; no effect"},
    {.name = "entity",
     .form = Form::kOther,
     .meaning = "accepted from W&B's files and noted; no effect"},
    {.name = "controller",
     .form = Form::kOther,
     .meaning = "accepted from W&B's files and noted; no effect"},
    {.name = "job",
     .form = Form::kOther,
     .meaning = "accepted from W&B's files and noted; no effect"},
    {.name = "seed",
     .form = Form::kWhole,
     .min = 0,
     .max = static_cast<double>(kMaxSeed),
     .fallback = "0",
     .meaning = "the seed of the whole search"},
    {.name = "method",
     .form = Form::kWord,
     .words = [] { return table_names(search::sampler_table()); },
     .fallback = "random",
     .meaning = "how trials are chosen"},
    {.name = "metric",
     .form = Form::kMap,
     .fallback = "by the data",
     .meaning = "`name` of what is optimised; its `goal` (follows from the name); a `target` that "
                "ends the sweep when a trial reaches it"},
    {.name = "run_cap",
     .form = Form::kWhole,
     .min = 1,
     .max = static_cast<double>(kMaxTrials),
     .fallback = "50, or the size of a finite grid",
     .meaning = "number of trials, including those that a later stage trains again"},
    {.name = "stop",
     .form = Form::kMap,
     .meaning =
         "more limits; the first one reached ends the sweep, and raising it continues the sweep: "
         "`trials` (another name for `run_cap`), `time` (`30m`; training time over all runs), "
         "`epochs` (over all trials), `target` (another name for `metric.target`), `failures` "
         "(failed trials; `run` then exits with 4), `no_improvement` (trials in a row, of the last "
         "stage, that are not better than the best before them)"},
    {.name = "dataset",
     .form = Form::kMap,
     .scope = Scope::kNetworks,
     .meaning = "`source`, and how to use it"},
    {.name = "model",
     .form = Form::kMap,
     .scope = Scope::kNetworks,
     .meaning = "settings that hold for all trials"},
    {.name = "training",
     .form = Form::kMap,
     .scope = Scope::kNetworks,
     .meaning = "settings that hold for all trials"},
    {.name = "parameters", .form = Form::kMap, .meaning = "settings that vary"},
    {.name = "enqueue",
     .form = Form::kList,
     .meaning = "a list of configurations that the sweep trains first, such as `[{learning_rate: "
                "0.01}, {dropout: 0.3, l2: 0}]`; parameters that one omits are sampled"},
    {.name = "repeats",
     .form = Form::kMap,
     .meaning = "trains the best trials again with other seeds once the search has ended"},
    {.name = "ensemble",
     .form = Form::kMap,
     .scope = Scope::kNetworks,
     .meaning = "one model of several networks, made when the sweep ends"},
    {.name = "constraints",
     .form = Form::kList,
     .meaning =
         "a list of expressions that every trial must satisfy, such as `hidden2 <= hidden1`; those "
         "over results, such as `parameters < 50000`, decide how trials rank"},
    {.name = "zip",
     .form = Form::kList,
     .meaning = "lists of parameters that vary together: `[[width, heads]]` pairs the values at "
                "the same places of both lists"},
    {.name = "program",
     .form = Form::kOther,
     .scope = Scope::kPrograms,
     .meaning = "the program; `${program}` in `command`"},
    {.name = "command",
     .form = Form::kList,
     .scope = Scope::kPrograms,
     .fallback = "`[${env}, ${interpreter}, ${program}, ${args}]`",
     .meaning = "the words that start a trial, without a shell. Macros stand alone in a word: "
                "`${args}` (`--n=v`), `${args_no_equals}`, `${args_no_hyphens}`, "
                "`${args_append_hydra}`, `${args_override_hydra}`, `${args_no_boolean_flags}`, "
                "`${args_json}`, `${args_json_file}`, `${env}`, `${interpreter}` (`python`, else "
                "`python3`); `${envvar:NAME}` also inside a word"},
    {.name = "search", .form = Form::kMap, .meaning = "options of the method"},
    {.name = "early_terminate", .form = Form::kMap, .meaning = "ends trials early that do badly"},
    {.name = "checkpoints",
     .form = Form::kMap,
     .scope = Scope::kNetworks,
     .meaning = "saves the state of running trials, so that a killed run trains none from its "
                "first epoch again"},
    {.name = "diagnostics",
     .form = Form::kWord,
     .words =
         [] {
           return Words{"some", "full"};
         },
     .scope = Scope::kNetworks,
     .fallback = "some",
     .meaning = "when to record each layer's activations, dead units, gradients and updates: "
                "`some` at epochs 1, 2, 4, 8, ... and the last, `full` at every epoch. `hpsearch "
                "show N` shows the latest values; the table `metrics` keeps them all"},
    {.name = "retry",
     .form = Form::kWhole,
     .min = 0,
     .max = kMostRetries,
     .fallback = "0",
     .meaning = "further attempts for a trial that fails"},
    {.name = "trial_timeout",
     .form = Form::kDuration,
     .meaning = "`10m`: a trial, or one of its folds, that trains for longer fails. It depends on "
                "the machine, and so is outside the promise of equal digests"},
    {.name = "on_finish",
     .meaning = "a command for `sh` that runs once when the sweep ends, or gives up after "
                "`stop.failures`; not after Ctrl-C or an error"},
    {.name = "parallel",
     .form = Form::kMap,
     .meaning = "`workers`: trials trained at the same time, one thread each; default one per "
                "core. `deterministic`: whether methods that learn from trials make the same "
                "suggestions, and `early_terminate` stops the same trials, whatever the timing, "
                "waiting for results where they must; default true"},
    {.name = "fidelity",
     .form = Form::kMap,
     .scope = Scope::kPrograms,
     .meaning = "`{parameter: epochs, min: 1, max: 27}`: the parameter that is the length of a "
                "trial; `coarse_to_fine` needs it"},
    {.name = "wandb",
     .form = Form::kWord,
     .words = [] { return Words{"stand-in"}; },
     .scope = Scope::kPrograms,
     .meaning = "`stand-in`: use hpsearch's own small `wandb` module even if the real package is "
                "installed"},
};

}  // namespace

std::span<const KeyInfo> top_keys() {
  return kTopKeys;
}

std::span<const KeyInfo> keys_below(std::string_view top_key) {
  struct Below {
    std::string_view key;
    std::span<const KeyInfo> (*keys)();
  };
  static constexpr Below kBelow[]{
      {"metric", metric_keys},           {"stop", stop_keys},         {"dataset", dataset_keys},
      {"repeats", repeats_keys},         {"ensemble", ensemble_keys}, {"search", search_keys},
      {"checkpoints", checkpoints_keys}, {"parallel", parallel_keys}, {"fidelity", fidelity_keys}};
  const auto* found = std::ranges::find(kBelow, top_key, &Below::key);
  return found == std::end(kBelow) ? std::span<const KeyInfo>() : found->keys();
}

}  // namespace hpsearch::runner

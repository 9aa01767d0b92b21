#include "runner/sweep_file/sweep_sections.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "runner/console/duration.h"
#include "runner/console/limits.h"
#include "runner/sweep_file/enqueue_reader.h"
#include "runner/sweep_file/search_reader.h"
#include "runner/sweep_file/sweep_file.h"
#include "search/samplers/choose.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

// Random samples that estimate which share of the space satisfies the constraints.
constexpr int kFeasibleDraws = 10'000;
constexpr double kLeastFeasible = 1e-3;

// The number of points that the method can suggest, if it is finite and small enough to run.
std::optional<std::int64_t> countable_points(const search::SweepSpec& spec) {
  const auto size = search::find_sampler(spec.method)
                        ->make({.space = spec.space,
                                .seed = spec.seed,
                                .options = spec.search,
                                .stages = {search::Stage{1, 1, 1}},
                                .constraints = spec.constraints})
                        ->size();
  return searches(spec.space) && size && *size <= static_cast<std::uint64_t>(kMaxTrials)
             ? std::optional(static_cast<std::int64_t>(*size))
             : std::nullopt;
}

}  // namespace

bool is_error(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::kError;
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), is_error);
}

void read_title(MapReader& top, const std::string& stem, search::SweepSpec& spec) {
  spec.name = top.text("name").value_or(stem);
  bool control = false;
  for (std::size_t i = 0; i < spec.name.size();) {
    const CodePoint c = code_point_at(spec.name, i);
    control = control || !c.valid || is_control(c.value);
    i += c.size;
  }
  if (spec.name.empty() || spec.name.size() > kMaxSweepNameBytes || control) {
    top.error(
        "name",
        fmt::format(
            "a sweep's name must have 1 to {} bytes and no control characters; write name: ...",
            kMaxSweepNameBytes));
  } else if (spec.name.find('~') != std::string::npos) {
    top.error("name", "'~' is reserved for sweeps that --fresh has set aside; use another name");
  }
  spec.description = top.text("description").value_or("");
  spec.seed = static_cast<std::uint64_t>(top.integer("seed").value_or(0));
}

void note_without_effect(MapReader& top, std::vector<Diagnostic>& diagnostics) {
  for (const char* key : {"project", "entity", "controller", "job"}) {
    if (top.take(key) != nullptr) {
      diagnostics.push_back({top.position_of(key),
                             fmt::format("'{}' is accepted and has no effect here", key),
                             Severity::kWarning});
    }
  }
}

void read_workers(MapReader& parallel, search::SweepSpec& spec) {
  if (const auto workers = parallel.integer("workers")) {
    spec.workers = static_cast<int>(*workers);
  }
  spec.deterministic = parallel.boolean("deterministic").value_or(true);
}

void read_trial_policy(MapReader& top, search::SweepSpec& spec) {
  spec.policy.retry = static_cast<int>(top.integer("retry").value_or(0));
  if (const YamlNode* node = top.take("trial_timeout")) {
    spec.policy.timeout_seconds = parse_duration(node->text);
    if (!spec.policy.timeout_seconds) {
      top.error("trial_timeout", fmt::format("'trial_timeout' must be {}; found {}", kDurationForm,
                                             describe(*node)));
    }
  }
}

void read_on_finish(MapReader& top, search::SweepSpec& spec) {
  const auto command = top.text("on_finish");
  if (!command) {
    return;
  }
  spec.on_finish = *command;
  if (spec.on_finish.find_first_not_of(" \t\n") == std::string::npos) {
    top.error("on_finish",
              "'on_finish' is a command of the shell, such as: mail -s done me </dev/null");
  }
}

bool searches(const search::Space& space) {
  return search::searched_count(space) > 0;
}

void read_sweep_limits(MapReader& top,
                       std::optional<double> target,
                       search::SweepSpec& spec,
                       std::vector<Diagnostic>& diagnostics) {
  const std::optional<std::int64_t> points = countable_points(spec);
  // One trial if nothing varies; the number of points if they can be counted.
  const std::int64_t usual =
      !searches(spec.space) ? 1 : points.value_or(search::StopLimits{}.trials);
  spec.limits = read_limits(top, target, usual, diagnostics);
  spec.limits.last_stage = std::max(0, static_cast<int>(spec.search.stages.size()) - 1);
  const YamlNode* stop = top.take("stop");
  spec.limits.all_points =
      points && !top.has("run_cap") && (stop == nullptr || stop->find("trials") == nullptr);
}

void check_feasible(MapReader& top, const search::SweepSpec& spec) {
  if (spec.constraints.empty()) {
    return;
  }
  const search::Rules rules{spec.space, spec.constraints, spec.seed};
  const auto points = search::count_points(rules);
  const double share = search::feasible_share(rules, kFeasibleDraws);
  // A finite space may legitimately keep only a small share of its points.
  if (points ? *points == 0 : share < kLeastFeasible) {
    top.error("constraints",
              fmt::format("{} of {} samples satisfies the constraints; loosen them, or narrow "
                          "the ranges to where they hold",
                          share > 0.0 ? fmt::format("only {:.2g} %", 100.0 * share) : "none",
                          kFeasibleDraws));
  }
}

void read_enqueued(MapReader& top, search::SweepSpec& spec, std::vector<Diagnostic>& diagnostics) {
  const YamlNode* list = top.list("enqueue", "[{learning_rate: 0.01}]");
  if (list == nullptr || has_errors(diagnostics)) {
    return;
  }
  spec.enqueue = read_enqueue(*list, spec, diagnostics);
  const auto queued = static_cast<std::int64_t>(spec.enqueue.size());
  if (queued > spec.limits.trials && !spec.limits.all_points) {
    diagnostics.push_back({list->position,
                           fmt::format("'enqueue' has {} configurations, but run_cap is {}; "
                                       "the others wait until it is raised",
                                       queued, spec.limits.trials),
                           Severity::kWarning});
  }
}

}  // namespace hpsearch::runner

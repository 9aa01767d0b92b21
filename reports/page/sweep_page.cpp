#include "reports/page/sweep_page.h"

#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "reports/page/html_page.h"
#include "reports/page/page_json.h"
#include "reports/sweep/stored_content.h"
#include "storage/error.h"

namespace hpsearch::reports {
namespace {

constexpr int kRowsWithoutScripts = 20;
constexpr std::size_t kWideEnough = 200;  // columns; wide enough for every table

// A page with more comes in parts.
constexpr std::size_t kTrialsAtOnce = 20'000;
constexpr std::int64_t kEpochsAtOnce = 250'000;  // half a second of hashing
// Beside another part, hashing may take this little.
constexpr std::int64_t kEpochsBeside = 25'000;
constexpr std::size_t kLag = 64;  // statistics wait for this part of the trials

std::optional<std::string> yaml_of(const SweepReport& report, BestYaml best_yaml) {
  if (report.top.empty()) {
    return std::nullopt;
  }
  try {
    return best_yaml(report.sweep, report.top.front());
  } catch (const storage::StoreError&) {
    return std::nullopt;  // the page is useful without it; `report --best` shows the error
  }
}

}  // namespace

void FollowedPage::update(storage::Queries& queries, const storage::SweepRow& sweep) {
  const std::size_t first = sweep_.update(queries, sweep);
  if (first == 0) {
    known_ = {};
  }
  const SweepData& data = sweep_.data();
  const std::size_t count = data.trials.size();
  known_.trials.update(data, first, sweep_.settled(),
                       queries.best_epochs(sweep.sweep_id, {sweep_.number_at(first)}));
  const auto epochs = std::accumulate(
      data.trials.begin(), data.trials.end(), std::int64_t{0},
      [](std::int64_t sum, const TrialData& trial) { return sum + trial.row.epochs_done; });
  const bool large = count > kTrialsAtOnce || epochs > kEpochsAtOnce;
  const bool only_trials = large && first == 0;
  const bool grown = count > known_.statistics_trials + known_.statistics_trials / kLag;
  const bool may_wait = large && data.sweep.state == storage::SweepState::kRunning && !grown;
  const bool stale =
      known_.statistics.empty() || data.sweep.state != known_.state || (first < count && !may_wait);
  if (stale && !only_trials) {
    update_statistics(queries);
  }
  if (first < count || !known_.digest) {
    update_digest(queries, large, stale ? kEpochsBeside : kEpochsAtOnce);
  }
}

void FollowedPage::update_statistics(storage::Queries& queries) {
  const SweepData& data = sweep_.data();
  read_stored(queries, data.sweep, [&] {
    const RankedImportance importance = ranked_importance(data);
    AdviceInput input = read_advice_input(queries, data);
    input.importance = &importance;
    known_.advice = reports::advice(input);
    known_.statistics = members_of_statistics(data, importance);
  });
  known_.statistics_trials = data.trials.size();
  known_.state = data.sweep.state;
}

void FollowedPage::update_digest(storage::Queries& queries, bool large, std::int64_t most_epochs) {
  const SweepData& data = sweep_.data();
  const std::int64_t id = data.sweep.sweep_id;
  known_.digest.reset();
  if (!large) {
    known_.digest = sweep_digest(queries, id);
    return;
  }
  if (known_.digested > sweep_.settled()) {  // trials that waited have gone on
    known_.running_digest = {};
    known_.digested = 0;
  }
  const std::size_t end =
      data.sweep.state == storage::SweepState::kRunning ? sweep_.settled() : data.trials.size();
  const std::size_t from = known_.digested;
  std::int64_t epochs = 0;
  while (known_.digested < end && epochs < most_epochs) {
    epochs += data.trials[known_.digested++].row.epochs_done;
  }
  known_.running_digest.add(queries, id,
                            {sweep_.number_at(from), sweep_.number_at(known_.digested)});
  if (known_.digested == data.trials.size()) {
    if (queries.ensemble(id)) {
      known_.running_digest.add_ensemble(queries, id);
      known_.digested = std::numeric_limits<std::size_t>::max();  // nothing comes behind it
    }
    known_.digest = known_.running_digest.text();
  }
}

bool FollowedPage::complete() const {
  const bool waits = sweep_.data().sweep.state == storage::SweepState::kRunning &&
                     known_.digested >= sweep_.settled();
  return !known_.statistics.empty() && (known_.digest || waits);
}

std::string FollowedPage::parts() const {
  return fmt::format("{}{}", known_.statistics.empty() ? 0 : 1, known_.digest ? 1 : 0);
}

std::string FollowedPage::json(storage::Queries& queries) const {
  SweepReport report = read_outline(queries, sweep_.data(), 1);
  report.digest = known_.digest.value_or("");
  return page_json(queries, {report, sweep_.data(), known_.trials, known_.statistics,
                             yaml_of(report, best_yaml_)});
}

std::string sweep_page(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       BestYaml best_yaml,
                       FilterAdvice filter_advice) {
  const SweepData data = read_sweep_data(queries, sweep);
  const RankedImportance importance = ranked_importance(data);
  SweepReport report = read_report(queries, data, kRowsWithoutScripts, &importance);
  report.advice = filter_advice(sweep, std::move(report.advice));
  PageTrials trials;
  trials.update(data, 0, data.trials.size(), queries.best_epochs(sweep.sweep_id));
  const std::string json =
      with_advice(page_json(queries, {report, data, trials, members_of_statistics(data, importance),
                                      yaml_of(report, best_yaml)}),
                  report.advice);
  return static_page(sweep.name, json,
                     fmt::format("<pre>{}</pre>", escape_html(text_report(report, kWideEnough))));
}

}  // namespace hpsearch::reports

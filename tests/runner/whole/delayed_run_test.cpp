// The search loop with trials that take any time: what is found must not depend on it.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "reports/sweep/digest.h"
#include "runner/run/driver.h"
#include "runner/run/nn_trials.h"
#include "runner/run/sweep_stages.h"
#include "runner/sweep_file/load_data.h"
#include "storage/backend.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

std::string model_sweep(const std::string& method, int run_cap) {
  return fmt::format(
      "name: small\nseed: 3\nmethod: {}\nrun_cap: {}\ndataset: {{source: digits}}\n"
      "model: {{hidden: [8]}}\ntraining: {{epochs: 1, batch_size: 128}}\nparameters:\n"
      "  learning_rate: {{min: 1e-3, max: 0.3, scale: log}}\n"
      "  optimizer: {{values: [sgd, adam]}}\n"
      "  momentum: {{min: 0.5, max: 0.99, when: optimizer == \"sgd\"}}\n",
      method, run_cap);
}

// Each job ends some milliseconds later, by a random number: trials overtake each other in another
// order with each seed. The delay is what is tested, not waited for.
class DelayingExecutor final : public Executor {
 public:
  DelayingExecutor(int workers, std::uint64_t seed)
      : stream_(seed, nn::Purpose::kSample), executor_(make_executor(workers)) {}

  void submit(std::function<void()> job) override {
    const std::chrono::milliseconds delay(stream_.below(12));
    executor_->submit([job = std::move(job), delay] {
      std::this_thread::sleep_for(delay);
      job();
    });
  }

 private:
  nn::Stream stream_;  // of the driver's thread
  std::unique_ptr<Executor> executor_;
};

struct Found {
  std::string digest;
  double waited = 0.0;
};

// A sweep from its beginning to its end, with these threads and delays.
Found drive_delayed(const std::string& yaml, int workers, std::uint64_t seed) {
  const RunFolder folder(yaml);
  const LoadedSweep loaded = load_data(load_sweep_file((folder.path() / "sweep.yaml").string()));
  const search::SweepSpec& spec = loaded.spec;
  const search::SamplerInfo& method = *search::find_sampler(spec.method);
  const auto store_opened = storage::open_store(folder.path() / "hpsearch.db", "test");
  storage::Store& store = *store_opened;
  const storage::SweepRow sweep = store.find_or_create_sweep(
      {spec.name, spec.method, spec.metric.name, std::string(search::to_text(spec.metric.goal)),
       spec.seed, yaml, "hash", "{}", "test"},
      new_stages(spec), spec.space);
  const auto stages = store.stages(sweep.sweep_id);
  const auto sampler = method.make({spec.space,
                                    spec.seed,
                                    spec.search,
                                    current_stages(spec, stages, {}, {}),
                                    {},
                                    spec.lag(),
                                    spec.constraints});
  storage::Recorder recorder(store, sweep.sweep_id);
  LinePrinter printer(stderr, Verbosity::kQuiet);
  Progress progress(printer);
  DelayingExecutor executor(workers, seed);
  const std::map<std::uint64_t, std::vector<nn::EpochRecord>> stored;
  const auto trials = make_nn_trials(loaded.data);
  const DriveResult result =
      drive({spec,
             *trials,
             *sampler,
             method.learns,
             stages,
             {},
             recorder,
             executor,
             progress,
             workers,
             stored,
             {},
             {}},
            make_plan({}, spec.limits, spec.metric, sampler->size(), true), {});
  recorder.close();
  const auto queries_opened = storage::open_queries(folder.path() / "hpsearch.db");
  storage::Queries& queries = *queries_opened;
  return {reports::sweep_digest(queries, sweep.sweep_id), result.waited_seconds};
}

class DelayedRun : public testing::TestWithParam<search::SamplerInfo> {};

TEST_P(DelayedRun, FindsTheSameWithAnyThreadsAndDelays) {
  const std::string yaml = model_sweep(std::string(GetParam().name), 24);
  const std::string digest = drive_delayed(yaml, 1, 0).digest;
  std::uint64_t seed = 1;
  for (const int workers : {2, 3, 8}) {
    for (int repeat = 0; repeat < 2; ++repeat) {
      EXPECT_EQ(drive_delayed(yaml, workers, seed++).digest, digest) << workers << " workers";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sampler,
                         DelayedRun,
                         testing::ValuesIn(search::sampler_table().begin(),
                                           search::sampler_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DelayedRun, WaitsForResultsOnlyWhereAMethodLearnsFromThemWithALag) {
  EXPECT_EQ(drive_delayed(model_sweep("random", 24), 8, 1).waited, 0.0);
  EXPECT_GT(drive_delayed(model_sweep("tpe", 24), 8, 1).waited, 0.0) << "4 of 8 workers are idle";
  const std::string greedy = "parallel: {deterministic: false}\n";
  EXPECT_EQ(drive_delayed(model_sweep("tpe", 24) + greedy, 8, 1).waited, 0.0);
}

TEST(LaggedRun, GivesTheDigestOfAnUndisturbedRunAfterKills) {
  const std::string yaml = model_sweep("tpe", 60);
  const RunFolder undisturbed(yaml);
  ASSERT_EQ(undisturbed.run({"--workers", "1"}).code, 0);
  const RunFolder folder(yaml);
  const std::string finished = "SELECT count(*) FROM trials WHERE finished_at IS NOT NULL";
  for (const int trials : {8, 20, 35}) {
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "3"});
    process.wait_until([&] {
      const std::string text = folder.query(finished);
      return !text.empty() && std::stoi(text) >= trials;
    });
    process.signal(SIGKILL);
    process.wait();
  }
  EXPECT_EQ(folder.run({"--workers", "2"}).code, 0);
  EXPECT_EQ(folder.digest(), undisturbed.digest());
}

TEST(LaggedRun, SaysInAGreedyOneThatItsDigestIsNotReproducible) {
  const RunFolder folder(model_sweep("tpe", 8) + "parallel: {deterministic: false}\n");
  const auto result = folder.run({"--workers", "2"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              testing::HasSubstr(" (not reproducible: parallel.deterministic is false"));
  EXPECT_EQ(folder.query("SELECT detail_json ->> 'deterministic' FROM events WHERE kind = "
                         "'run_started'"),
            "0");
}

TEST(LaggedRun, SaysWhyATrialHasItsValues) {
  const RunFolder folder(model_sweep("tpe", 16) + "parallel: {workers: 3}\n");
  ASSERT_EQ(folder.run().code, 0);
  const auto show = test::run_hpsearch(folder.path(), {"show", "15"});
  // A tenth of 13, rounded up.
  EXPECT_THAT(show.out, testing::ContainsRegex(
                            "why: suggested by tpe from 13 results, with trials 13 and 14 "
                            "pending; density ratio [0-9.e+-]+ \\(good trials to others\\); "
                            "good trials 2\n"));
}

}  // namespace
}  // namespace hpsearch::runner

// What `report --next`, `report --best`, `check --resolved` and `--set` make of a sweep is valid,
// whatever the sweep. HPSEARCH_SWEEPS random sweeps (default 40), from the seed HPSEARCH_SWEEP_SEED
// (default 1) on; `./dev faults` runs thousands. The commands run in this process: a process each
// would take most of the time.

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/commands/cli.h"
#include "runner/console/usage_error.h"
#include "runner/sweep_file/data_checks.h"
#include "runner/sweep_file/load_data.h"
#include "runner/sweep_file/sweep_file.h"
#include "tests/runner/run_support.h"
#include "tests/runner/whole/sweep_generator.h"

namespace hpsearch::runner {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? fallback : std::stoull(text);
}

// One sweep in a folder of its own.
class GeneratedSweep {
 public:
  explicit GeneratedSweep(std::uint64_t seed) {
    folder_.write("s.yaml", test::generate_sweep(seed));
  }

  std::string file(const char* name) const { return (folder_.path() / name).string(); }
  std::string read(const char* name) const { return folder_.read(name); }
  void write(const char* name, const std::string& text) const { folder_.write(name, text); }

  // One command of the program, on this sweep's database.
  test::ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--db", file("s.db")});
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    test::ProcessResult result;
    result.code = run_command_line("hpsearch", arguments);
    result.out = testing::internal::GetCapturedStdout();
    result.err = testing::internal::GetCapturedStderr();
    return result;
  }

  // What is wrong with a sweep file, and its data; empty if nothing is.
  std::string errors(const char* name, const std::vector<YamlEdit>& edits = {}) const {
    try {
      const SweepFile sweep = load_sweep_file(file(name), edits);
      require_trials_in_stages(sweep, load_data(sweep).spec);
      return "";
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  // One value of the database.
  std::string query(const std::string& sql) const { return test::query(file("s.db"), sql); }

  // Every bit of a trial's epochs.
  std::string epochs(const std::string& sweep, const std::string& number) const {
    return query(
        "SELECT group_concat(epoch || ' ' || quote(train_loss) || ' ' || quote(val_loss) || ' ' || "
        "quote(learning_rate) || ' ' || quote(weight_norm), char(10)) FROM (SELECT e.* FROM epochs "
        "e "
        "JOIN trials t USING (trial_id) JOIN sweeps s USING (sweep_id) WHERE s.name = '" +
        sweep + "' AND t.number = " + number + " ORDER BY e.epoch)");
  }

 private:
  test::TempFolder folder_;
};

// The searched words and truth values of the best trial: `--set` may fix each.
std::vector<YamlEdit> edits_to_best(const GeneratedSweep& sweep) {
  std::vector<YamlEdit> edits;
  for (const char* name : {"optimizer", "activation", "batch_norm", "schedule", "init", "loss",
                           "pretrain", "hidden_layers"}) {
    const std::string value =
        sweep.query(std::string("SELECT coalesce((SELECT p.value FROM params p JOIN "
                                "best_trials b USING (trial_id) WHERE p.name = '") +
                    name + "'), '')");
    if (!value.empty()) {
      const bool truth = std::string(name) == "batch_norm";
      edits.push_back({std::string("parameters.") + name, !truth         ? value
                                                          : value == "1" ? "true"
                                                                         : "false"});
    }
  }
  return edits;
}

// One sweep through all of it. False if the generated file is refused.
bool check_sweep(std::uint64_t seed) {
  const GeneratedSweep sweep(seed);
  if (!sweep.errors("s.yaml").empty()) {
    return false;
  }
  const auto run = sweep.run({"run", sweep.file("s.yaml"), "--quiet"});
  EXPECT_TRUE(run.code == 0 || run.code == 3) << run.code << run.err;

  // Every default written out: the same trials.
  const auto resolved = sweep.run({"check", sweep.file("s.yaml"), "--resolved"});
  EXPECT_EQ(resolved.code, 0) << resolved.err;
  sweep.write("r.yaml", resolved.out);
  EXPECT_EQ(sweep.errors("r.yaml"), "") << resolved.out;
  const auto again = sweep.run(
      {"run", sweep.file("r.yaml"), "--quiet", "--trials", "1", "--set", "name=resolved"});
  EXPECT_TRUE(again.code == 0 || again.code == 3) << again.err << resolved.out;
  EXPECT_EQ(sweep.epochs("resolved", "0"), sweep.epochs("s", "0")) << resolved.out;

  const auto best = sweep.run({"report", "--sweep", "s", "--best"});
  EXPECT_TRUE(best.code == 0 || best.code == 3) << best.err;
  if (best.code == 0) {
    sweep.write("b.yaml", best.out);
    EXPECT_EQ(sweep.errors("b.yaml"), "") << best.out;
    const auto repeated =
        sweep.run({"run", sweep.file("b.yaml"), "--quiet", "--set", "name=again"});
    EXPECT_EQ(repeated.code, 0) << repeated.err << best.out;
    EXPECT_EQ(sweep.epochs("again", "0"),
              sweep.epochs("s", sweep.query("SELECT trial FROM best_trials WHERE sweep = 's'")))
        << best.out;
    for (const YamlEdit& edit : edits_to_best(sweep)) {
      // Fixing the last parameter that varies leaves a search in stages nothing to do.
      EXPECT_THAT(sweep.errors("s.yaml", {edit}),
                  testing::AnyOf("", testing::HasSubstr("has nothing to search")))
          << "--set " << edit.path << "=" << edit.value;
    }
  }

  const auto next = sweep.run({"report", "--sweep", "s", "--next", sweep.file("n.yaml")});
  EXPECT_TRUE(next.code == 0 || next.code == 2) << next.err;
  if (next.code == 0) {
    const std::string yaml = sweep.read("n.yaml");
    EXPECT_EQ(sweep.errors("n.yaml"), "") << yaml;
    const auto trained = sweep.run({"run", sweep.file("n.yaml"), "--quiet", "--trials", "2"});
    EXPECT_TRUE(trained.code == 0 || trained.code == 3) << trained.err << yaml;
  }
  return true;
}

TEST(GeneratedSweeps, AreFollowedByValidFiles) {
  const std::uint64_t sweeps = from_environment("HPSEARCH_SWEEPS", 40);
  const std::uint64_t first = from_environment("HPSEARCH_SWEEP_SEED", 1);
  std::uint64_t valid = 0;
  for (std::uint64_t seed = first; seed < first + sweeps; ++seed) {
    SCOPED_TRACE(fmt::format("HPSEARCH_SWEEPS=1 HPSEARCH_SWEEP_SEED={}\n{}", seed,
                             test::generate_sweep(seed)));
    valid += check_sweep(seed) ? 1U : 0U;
  }
  // Most of them, or this would test little.
  EXPECT_GE(valid * 10, sweeps * 7);
  RecordProperty("valid", std::to_string(valid));
}

}  // namespace
}  // namespace hpsearch::runner

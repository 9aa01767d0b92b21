// `search.warm_start` by the real program: what is used, said, refused and kept.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "search/samplers/model_parts.h"
#include "tests/runner/run_support.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What both sweeps have in common; a trial takes a few milliseconds.
std::string sweep(const std::string& name,
                  const std::string& method,
                  int run_cap,
                  const std::string& more) {
  return fmt::format(
      "name: {}\nseed: 3\nmethod: {}\nrun_cap: {}\ndataset: {{source: digits}}\n"
      "model: {{hidden: [8]}}\ntraining: {{epochs: 2, batch_size: 64}}\n{}",
      name, method, run_cap, more);
}

constexpr char kOld[] =
    "parameters:\n"
    "  learning_rate: {min: 1e-3, max: 10, scale: log}\n"
    "  momentum: {min: 0.5, max: 0.99}\n";
constexpr char kNew[] =
    "parameters:\n"
    "  dropout: {min: 0, max: 0.5}\n"
    "  learning_rate: {min: 1e-2, max: 1, scale: log}\n";

std::string warm_sweep(const std::string& method, const std::string& source = "old.db") {
  return sweep("new", method, 12, std::string(kNew) + "search: {warm_start: '" + source + "'}\n");
}

// A folder with a sweep that begins with the results of another one: of 24 random trials in old.db.
class WarmFolder : public RunFolder {
 public:
  explicit WarmFolder(const std::string& yaml) : RunFolder(yaml) {
    write("old.yaml", sweep("old", "random", 24, kOld));
    run_old();
  }
  void run_old(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"run", "old.yaml", "--db", "old.db", "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(test::run_hpsearch(path(), arguments).code, 0);
  }
  test::ProcessResult call(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(path(), arguments);
  }
  std::string old_query(const std::string& sql) const {
    return test::query(path() / "old.db", sql);
  }
  // How many of the earlier sweep's trials lie in the range of the new one, told by SQL.
  std::string inside() const {
    return old_query("SELECT count(*) FROM trials_old WHERE learning_rate BETWEEN 1e-2 AND 1");
  }
  std::string warm_line() const {
    const int used = std::stoi(inside());
    return fmt::format(
        "warm start: {} of 24 trials of 'old' in old.db; not used: {} with learning_rate outside "
        "its range here\n  momentum was searched there and is 0.9 here\n",
        used, 24 - used);
  }
};

TEST(WarmStart, IsSaidByCheckAndDryRunWhichWriteNothing) {
  const WarmFolder folder(warm_sweep("bayes"));
  const std::string before = folder.read("old.db");
  const auto check = folder.call({"check", "sweep.yaml"});
  ASSERT_EQ(check.code, 0) << check.err;
  EXPECT_THAT(check.out, HasSubstr("\n" + folder.warm_line() + "\n"));
  const auto dry = folder.run({"--dry-run"});
  ASSERT_EQ(dry.code, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("\n" + folder.warm_line() + "\n"));
  const auto json = nlohmann::json::parse(folder.run({"--dry-run", "--json"}).out);
  EXPECT_EQ(json["warm_start"]["sweep"], "old");
  EXPECT_EQ(json["warm_start"]["used"], std::stoi(folder.inside()));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
  EXPECT_EQ(folder.read("old.db"), before);
  // What they show is what is trained.
  ASSERT_EQ(folder.run().code, 0);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(nlohmann::json::parse(
                  folder.query(fmt::format("SELECT params_json FROM trials WHERE number = {}", i))),
              json["trials"][static_cast<std::size_t>(i)]);
  }
}

TEST(WarmStart, IsKeptInTheDatabaseAndShownByEveryReport) {
  const WarmFolder folder(warm_sweep("tpe"));
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr(folder.warm_line()));
  EXPECT_EQ(folder.query("SELECT count(*) FROM earlier_trials"), folder.inside());
  EXPECT_EQ(folder.query("SELECT DISTINCT source FROM earlier_trials"), "old.db:old");
  EXPECT_EQ(folder.query("SELECT number || ' ' || state || ' ' || ifnull(score, '-') FROM "
                         "earlier_trials ORDER BY number LIMIT 1"),
            folder.old_query("SELECT number || ' ' || state || ' ' || ifnull(score, '-') FROM "
                             "trials JOIN params USING(trial_id) WHERE name = 'learning_rate' AND "
                             "params.value BETWEEN 1e-2 AND 1 ORDER BY number LIMIT 1"));
  EXPECT_EQ(folder.query("SELECT DISTINCT params_json ->> 'dropout' FROM earlier_trials"), "0.0")
      << "its default there";
  EXPECT_EQ(folder.query("SELECT detail_json ->> 'used' FROM events WHERE kind = 'warm_started'"),
            folder.inside());
  const std::string began = "began with " + folder.inside() + " results of 'old' (old.db)";
  EXPECT_THAT(run.out, HasSubstr("\nwarm start: " + began + "\n"));
  EXPECT_THAT(folder.report().out, HasSubstr("\nwarm start: " + began + "\n"));
  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  EXPECT_EQ(json["warm_start"]["database"], "old.db");
  EXPECT_EQ(json["warm_start"]["used"], std::stoi(folder.inside()));
  ASSERT_EQ(folder.report({"--html", "page.html"}).code, 0);
  EXPECT_THAT(folder.read("page.html"), HasSubstr("\"warm_start\":\"" + began));
  EXPECT_THAT(folder.call({"show", "0"}).out,
              HasSubstr("why: suggested by tpe from 0 results and " + folder.inside() +
                        " of an earlier sweep"));
  EXPECT_THAT(folder.call({"show"}).out, HasSubstr("began with " + folder.inside() +
                                                   " of 24 trials of 'old' (old.db); not "
                                                   "used: "));
  EXPECT_THAT(folder.report({"--best"}).out, Not(HasSubstr("warm_start")));
}

// Kills, other threads, and whatever becomes of the other database meanwhile.
class WarmMethods : public testing::TestWithParam<const char*> {};

TEST_P(WarmMethods, FindTheSameWhateverBecomesOfTheOtherDatabase) {
  const std::string yaml = warm_sweep(GetParam());
  const WarmFolder undisturbed(yaml);
  ASSERT_EQ(undisturbed.run({"--workers", "1"}).code, 0);
  const WarmFolder gone(yaml);
  ASSERT_EQ(gone.run({"--trials", "5", "--workers", "3"}).code, 0);
  std::filesystem::remove(gone.path() / "old.db");
  const auto continued = gone.run({"--workers", "3"});
  ASSERT_EQ(continued.code, 0) << continued.err;
  EXPECT_THAT(continued.err, Not(HasSubstr("warm start")));
  EXPECT_EQ(gone.digest(), undisturbed.digest());
  const WarmFolder grown(yaml);
  ASSERT_EQ(grown.run({"--trials", "5"}).code, 0);
  grown.run_old({"--set", "run_cap=40"});
  ASSERT_EQ(grown.run({"--workers", "2"}).code, 0);
  EXPECT_EQ(grown.digest(), undisturbed.digest());
  EXPECT_EQ(grown.query("SELECT count(*) FROM earlier_trials"), undisturbed.inside());
}

INSTANTIATE_TEST_SUITE_P(Methods, WarmMethods, testing::Values("bayes", "cmaes", "coarse_to_fine"));

TEST(WarmStart, GivesTheDigestOfAnUndisturbedRunAfterAKill) {
  const std::string yaml =
      sweep("new", "tpe", 60, std::string(kNew) + "search: {warm_start: old.db}\n");
  const WarmFolder undisturbed(yaml);
  ASSERT_EQ(undisturbed.run({"--workers", "1"}).code, 0);
  const WarmFolder folder(yaml);
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "3"});
  process.wait_until([&] {
    const std::string text =
        folder.query("SELECT count(*) FROM trials WHERE finished_at IS NOT NULL");
    return !text.empty() && std::stoi(text) >= 10;
  });
  process.signal(SIGKILL);
  process.wait();
  std::filesystem::remove(folder.path() / "old.db");
  ASSERT_EQ(folder.run({"--workers", "2"}).code, 0);
  EXPECT_EQ(folder.digest(), undisturbed.digest());
}

TEST(WarmStart, IsRefusedWhereThereIsNothingToLearnFrom) {
  const WarmFolder folder(warm_sweep("bayes"));
  folder.write("text.db", "no database");
  storage::Sql(folder.path() / "other.db").run("CREATE TABLE t(x)");
  const auto refused = [&](const std::string& source, const std::string& message) {
    folder.write("sweep.yaml", warm_sweep("bayes", source));
    for (const char* verb : {"check", "run"}) {
      const auto result = folder.call({verb, "sweep.yaml"});
      EXPECT_EQ(result.code, 2) << source;
      EXPECT_THAT(result.err, HasSubstr("sweep.yaml:11:22: error: " + message)) << source;
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db")) << source;
  };
  const std::string form = "write FILE or FILE:SWEEP, relative to the sweep file\n";
  refused("gone.db", "'warm_start' names a database that does not exist, '" +
                         (folder.path() / "gone.db").string() + "'; " + form);
  refused("gone.db:old", "'warm_start' names a database that does not exist, '" +
                             (folder.path() / "gone.db").string() + "'; " + form);
  refused(":old", "'warm_start' names a database that does not exist, 'hpsearch.db'; " + form);
  refused("text.db", "'warm_start' names a database that cannot be read: ");
  refused("other.db", "'warm_start' names a database that cannot be read: " +
                          (folder.path() / "other.db").string() +
                          ": this SQLite file belongs to another program; " + form);
  refused("old.db:olde", "old.db has no sweep 'olde'; did you mean 'old'?; it has: old\n");
  refused("old.db:", "old.db has no sweep ''; it has: old\n");
}

TEST(WarmStart, IsRefusedWhereTheMetricsDifferOrNoTrialCanBeUsed) {
  const WarmFolder folder(warm_sweep("gp") + "metric: {name: val_loss}\n");
  auto result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err,
              StartsWith("sweep.yaml:11:22: error: 'old' in old.db optimises val_accuracy "
                         "(maximize) and this sweep val_loss (minimize), so its results do not "
                         "apply; write metric: {name: val_accuracy}, or leave 'warm_start' out\n"));
  folder.write("sweep.yaml", sweep("new", "gp", 9,
                                   "parameters: {learning_rate: {min: 20, max: 30}}\n"
                                   "search: {warm_start: old.db}\n"));
  result = folder.run();
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err,
              StartsWith("sweep.yaml:9:22: error: none of the 24 trials of 'old' in old.db can be "
                         "used: 24 with learning_rate outside its range here; change the ranges, "
                         "or leave 'warm_start' out\n"));
}

TEST(WarmStart, FindsTheSweepByFileAndName) {
  const WarmFolder folder(warm_sweep("tpe"));
  std::filesystem::create_directory(folder.path() / "in");
  std::filesystem::copy(folder.path() / "old.db", folder.path() / "in" / "a:old");
  const auto said = [&](const std::string& source, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"check", "sweep.yaml", "--set",
                                       "search.warm_start='" + source + "'"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = folder.call(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    const std::size_t at = result.out.find("warm start: ");
    return result.out.substr(at, result.out.find(';', at) - at);
  };
  const std::string used = "warm start: " + folder.inside() + " of 24 trials of 'old' in ";
  EXPECT_EQ(said("old.db:old"), used + "old.db");
  EXPECT_EQ(said("./in/../old.db:OLD"), used + "./in/../old.db");
  EXPECT_EQ(said("in/a:old"), used + "in/a:old") << "the longest name of a file";
  EXPECT_EQ(said("in/a:old:old"), used + "in/a:old");
  EXPECT_EQ(said((folder.path() / "old.db").string()), used + (folder.path() / "old.db").string());
  EXPECT_EQ(said(":old", {"--db", "old.db"}), used + "old.db") << "of the command's own database";
  folder.run_old({"--fresh"});
  EXPECT_EQ(said("old.db:old~1"), "warm start: " + folder.inside() +
                                      " of 24 trials of 'old~1' in "
                                      "old.db");
  // From another folder: the path begins at the sweep file.
  const auto elsewhere = test::run_hpsearch(
      folder.path() / "in", {"check", "../sweep.yaml", "--set", "search.warm_start=old.db"});
  EXPECT_THAT(elsewhere.out, HasSubstr(used + "old.db"));
}

TEST(WarmStart, FromItsOwnDatabaseIsTheNewestSweepBeforeIt) {
  const WarmFolder folder(warm_sweep("tpe"));
  const std::vector<std::string> own{"--db", "old.db"};
  ASSERT_EQ(folder.run(own).code, 0);
  EXPECT_THAT(folder.call({"check", "sweep.yaml", "--db", "old.db"}).out,
              HasSubstr(folder.warm_line()));
  // Begun anew it may learn from what it was itself.
  const auto fresh = folder.run({"--fresh", "--db", "old.db"});
  ASSERT_EQ(fresh.code, 0) << fresh.err;
  EXPECT_THAT(fresh.err, HasSubstr("warm start: 12 of 12 trials of 'new' in old.db\n"));
  EXPECT_EQ(folder.old_query("SELECT count(*) FROM earlier_trials e JOIN sweeps USING(sweep_id) "
                             "WHERE name = 'new'"),
            "12");
}

// A sweep that has begun does not need the other database any more.
TEST(WarmStart, IsSaidByItsRecordOnceTheSweepHasBegun) {
  const WarmFolder folder(warm_sweep("cmaes"));
  const std::string line = folder.warm_line();
  ASSERT_EQ(folder.run({"--trials", "3"}).code, 0);
  std::filesystem::remove(folder.path() / "old.db");
  EXPECT_THAT(folder.run({"--dry-run"}).out, HasSubstr(line));
  EXPECT_THAT(folder.call({"check", "sweep.yaml"}).out, HasSubstr(line));
  EXPECT_EQ(folder.run({"--dry-run", "--fresh"}).code, 2) << "that begins anew";
  folder.write("hpsearch.db", "no database");
  EXPECT_THAT(folder.call({"check", "sweep.yaml"}).err, HasSubstr("does not exist"));
}

TEST(WarmStart, ReadsADatabaseOfAnOlderSchemaAndLeavesItAsItIs) {
  const WarmFolder folder(warm_sweep("bayes"));
  storage::Sql(folder.path() / "old.db")
      .run(
          "DROP TABLE earlier_trials; DELETE FROM migrations WHERE version >= 3; "
          "PRAGMA user_version = 2");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr(folder.warm_line()));
  EXPECT_EQ(folder.old_query("PRAGMA user_version"), "2");
}

TEST(WarmStart, IsPartOfTheConfiguration) {
  const WarmFolder folder(warm_sweep("bayes"));
  ASSERT_EQ(folder.run({"--trials", "2"}).code, 0);
  const auto result = folder.run({"--set", "search.warm_start='old.db:old'"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("  search.warm_start: old.db -> 'old.db:old'\n"));
}

// The earlier results are no trials of this sweep: the best of them is worth training here.
TEST(WarmStart, LeavesTheWholeSpaceToTheSweep) {
  const std::string few = "parameters: {learning_rate: {values: [0.01, 0.03, 0.1, 0.3]}}\n";
  const RunFolder folder(sweep("new", "tpe", 9, few + "search: {warm_start: old.db}\n"));
  folder.write("old.yaml", sweep("old", "grid", 4, few));
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"run", "old.yaml", "--db", "old.db"}).code, 0);
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("warm start: 4 of 4 trials of 'old' in old.db\n"));
  EXPECT_EQ(folder.query("SELECT count(DISTINCT params_json) FROM trials"), "4");
}

TEST(WarmStart, SaysThatTheDataWasOther) {
  const WarmFolder folder(warm_sweep("tpe"));
  const auto other = [&](const std::string& dataset) {
    return folder.call({"check", "sweep.yaml", "--set", "dataset=" + dataset}).out;
  };
  EXPECT_THAT(other("{source: digits, validation: 100}"),
              HasSubstr("\n  its data was split or prepared differently\n"));
  EXPECT_THAT(other("{source: spiral}"),
              HasSubstr("\n  its data was different: the checksums differ\n"));
}

// The best lies at the edge of the first stage's box, not of the written range.
TEST(WarmStart, LeavesTheWrittenRangesOfASearchInStagesToTheReports) {
  const WarmFolder folder(warm_sweep("coarse_to_fine"));
  folder.run_old({"--set", "run_cap=100"});
  ASSERT_EQ(folder.run().code, 0);
  const std::string box =
      folder.query("SELECT space_json -> 'learning_rate' FROM stages WHERE stage = 0");
  EXPECT_THAT(box, Not(HasSubstr("\"min\":0.01,\"max\":1.0"))) << "the first stage has a box";
  ASSERT_EQ(folder.report({"--html", "page.html"}).code, 0);
  EXPECT_THAT(folder.read("page.html"), HasSubstr("\"written\":[0.01,1.0]"));
  EXPECT_EQ(folder.query("SELECT json_extract(detail_json, '$.space.learning_rate.max') FROM "
                         "events WHERE kind = 'warm_started'"),
            "1.0");
}

TEST(Startup, IsWrittenOutByCheckResolvedWithTheOtherOptions) {
  const auto resolved = [](const std::string& method, const std::string& search) {
    const RunFolder folder(sweep("s", method, 9, std::string(kNew) + search));
    const auto result = test::run_hpsearch(folder.path(), {"check", "sweep.yaml", "--resolved"});
    EXPECT_EQ(result.code, 0) << result.err;
    const std::size_t at = result.out.find("\nsearch:");
    return at == std::string::npos ? ""
                                   : result.out.substr(at + 1, result.out.find('\n', at + 1) - at);
  };
  EXPECT_EQ(resolved("random", ""), "search: {duplicates: avoid}\n");
  EXPECT_EQ(resolved("gp", ""), fmt::format("search: {{duplicates: avoid, startup: {}}}\n",
                                            search::ModelParts::kStart));
  EXPECT_EQ(resolved("gp", "search: {startup: 20, duplicates: allow}\n"),
            "search: {startup: 20, duplicates: allow}\n");
  EXPECT_EQ(resolved("cmaes", ""), "search: {duplicates: avoid}\n");
  const WarmFolder folder(warm_sweep("cmaes"));
  EXPECT_THAT(folder.call({"check", "sweep.yaml", "--resolved"}).out,
              HasSubstr("\nsearch: {warm_start: old.db, duplicates: avoid}\n"));
}

}  // namespace
}  // namespace hpsearch::runner

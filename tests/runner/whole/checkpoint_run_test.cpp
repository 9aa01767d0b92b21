// Runs that are killed and go on from saved states: the results are those of an undisturbed run
// without any.

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

struct Kind {
  const char* name;
  std::string dataset;
  std::string model;
  std::string training;
  std::string more;
};

std::string sweep(const Kind& kind, const std::string& checkpoints) {
  return fmt::format(
      "name: saved\n"
      "seed: 5\n"
      "run_cap: 4\n"
      "dataset: {{source: digits{}}}\n"
      "model: {{hidden: [48, 24]{}}}\n"
      "training: {{epochs: 40, batch_size: 8{}}}\n"
      "parameters:\n"
      "  learning_rate: {{min: 1e-3, max: 0.05, scale: log}}\n"
      "parallel: {{workers: 2}}\n"
      "{}{}",
      kind.dataset, kind.model, kind.training, kind.more, checkpoints);
}

int count(const RunFolder& folder, const std::string& sql) {
  const std::string text = folder.query(sql);
  return text.empty() ? 0 : std::stoi(text);
}

// All that a run found, but for times and attempts.
std::string results(const RunFolder& folder) {
  return folder.query(
             "SELECT group_concat(number || state || value || ifnull(best_epoch, '') || "
             "epochs_done) "
             "FROM (SELECT * FROM trials ORDER BY number)") +
         folder.query(
             "SELECT group_concat(t.number || ' ' || e.replicate || ' ' || e.epoch || ' ' || "
             "quote(train_loss) || quote(train_accuracy) || quote(val_loss) || quote(val_accuracy) "
             "|| quote(learning_rate) || quote(grad_norm) || quote(weight_norm) || "
             "quote(update_ratio)) FROM (SELECT * FROM epochs ORDER BY trial_id, replicate, epoch) "
             "e "
             "JOIN trials t USING(trial_id)") +
         folder.query(
             "SELECT group_concat(t.number || ' ' || m.replicate || ' ' || m.epoch || m.name || "
             "quote(m.value)) FROM (SELECT * FROM metrics ORDER BY trial_id, replicate, epoch, "
             "name) m JOIN trials t USING(trial_id)");
}

fs::path folder_of(const RunFolder& folder) {
  return folder.path() / "hpsearch.db.files" / "sweep1" / "checkpoints";
}

std::size_t files_in(const fs::path& folder) {
  std::error_code none;
  const fs::directory_iterator entries(folder, none);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::string weights_of(const RunFolder& folder) {
  return folder.query("SELECT group_concat(sha256) FROM artifacts WHERE name = 'predictions'");
}

// Kills the run once a state has been noted and `more` epochs are there since the start.
void run_and_kill(const RunFolder& folder, int more) {
  const int before = count(folder, "SELECT count(*) FROM epochs");
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  EXPECT_TRUE(process.wait_until([&] {
    return count(folder, "SELECT count(*) FROM epochs") >= before + more &&
           count(folder, "SELECT count(*) FROM checkpoints") > 0;
  }));
  process.signal(SIGKILL);
  EXPECT_EQ(process.wait().code, 128 + SIGKILL);
}

const Kind kUsual{"usual", "", "", "", ""};

std::vector<Kind> kinds() {
  return {
      {"momentum", "", ", dropout: 0.2", ", l2: 1e-4", ""},
      {"adam", "", ", batch_norm: true, input_dropout: 0.1",
       ", optimizer: adam, schedule: {type: plateau, factor: 0.5, patience: 2}, patience: 12",
       "metric: {name: val_f1}\n"},
      {"folds", ", folds: 2", "", ", optimizer: rmsprop, best_by: loss", ""},
  };
}

TEST(CheckpointRun, FindsAfterKillsWhatAnUndisturbedRunFinds) {
  for (const Kind& kind : kinds()) {
    SCOPED_TRACE(kind.name);
    const RunFolder without(sweep(kind, ""));
    ASSERT_EQ(without.run().code, 0);
    const RunFolder with(sweep(kind, "checkpoints: {every: 1}\n"));
    ASSERT_EQ(with.run().code, 0);
    EXPECT_EQ(with.digest(), without.digest());
    EXPECT_EQ(results(with), results(without));
    const RunFolder killed(sweep(kind, "checkpoints: {every: 2}\n"));
    for (const int epochs : {13, 22, 17}) {
      run_and_kill(killed, epochs);
    }
    const auto last = killed.run();
    EXPECT_EQ(last.code, 0) << last.err;
    EXPECT_THAT(last.err, Not(HasSubstr("checkpoint")));
    EXPECT_EQ(killed.digest(), without.digest());
    EXPECT_EQ(results(killed), results(without));
    EXPECT_EQ(weights_of(killed), weights_of(without));
    EXPECT_GE(count(killed, "SELECT count(*) FROM events WHERE kind = 'continued'"), 1);
    EXPECT_EQ(count(killed, "SELECT count(*) FROM events WHERE kind = 'checkpoint_unusable'"), 0);
    for (const RunFolder* folder : {&with, &killed}) {
      EXPECT_EQ(folder->query("SELECT count(*) FROM checkpoints"), "0");
      EXPECT_FALSE(fs::exists(folder_of(*folder)));
    }
  }
}

// What is left of a trial is less than the whole: the winner's weights come from the state as well.
TEST(CheckpointRun, GoesOnAfterASignalAndWithAnotherPolicy) {
  const RunFolder without(sweep(kUsual, ""));
  ASSERT_EQ(without.run().code, 0);
  const RunFolder folder(sweep(kUsual, "checkpoints: {every: 3}\n"));
  test::Process process(folder.path(), {"run", "sweep.yaml"});
  ASSERT_TRUE(
      process.wait_until([&] { return count(folder, "SELECT count(*) FROM checkpoints") >= 2; }));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait().code, 130);
  EXPECT_EQ(files_in(folder_of(folder)),
            static_cast<std::size_t>(count(folder, "SELECT count(*) FROM checkpoints")))
      << "of each training no more than the newest";
  // No state is saved any more, but those there are serve.
  folder.write("sweep.yaml", sweep(kUsual, ""));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_GE(count(folder, "SELECT count(*) FROM events WHERE kind = 'continued'"), 1);
  EXPECT_EQ(results(folder), results(without));
  EXPECT_FALSE(fs::exists(folder_of(folder)));
}

// Damages the file of the unfinished trial's newest state.
void damage(const RunFolder& folder, const std::string& how) {
  const fs::path file =
      folder.path() / folder.query("SELECT path FROM checkpoints ORDER BY trial_id LIMIT 1");
  ASSERT_TRUE(fs::is_regular_file(file));
  if (how == "missing") {
    fs::remove(file);
  } else if (how == "torn") {
    fs::resize_file(file, fs::file_size(file) / 2);
  } else {
    std::ofstream(file, std::ios::binary) << "of something else";
  }
}

TEST(CheckpointRun, BeginsAnewWithoutAWholeFile) {
  const RunFolder without(sweep(kUsual, ""));
  ASSERT_EQ(without.run().code, 0);
  for (const char* how : {"missing", "torn", "foreign"}) {
    SCOPED_TRACE(how);
    const RunFolder folder(sweep(kUsual, "checkpoints: {every: 1}\n"));
    run_and_kill(folder, 15);
    const std::string trial = folder.query(
        "SELECT number FROM checkpoints JOIN trials USING(trial_id) ORDER BY trial_id LIMIT 1");
    damage(folder, how);
    const auto last = folder.run();
    ASSERT_EQ(last.code, 0) << last.err;
    EXPECT_THAT(last.err,
                HasSubstr("trial " + trial +
                          " starts over from epoch 1, since its saved state cannot be used: its "));
    EXPECT_EQ(count(folder, "SELECT count(*) FROM events WHERE kind = 'checkpoint_unusable'"), 1);
    EXPECT_EQ(results(folder), results(without));
    EXPECT_THAT(test::run_hpsearch(folder.path(), {"show", trial}).out,
                HasSubstr("began anew, without its saved state"));
  }
}

TEST(CheckpointRun, KeepsAsManyFilesAsItSaysAndNoMore) {
  const RunFolder folder(sweep(kUsual, "checkpoints: {every: 1, keep: 1}\n"));
  const std::string checked = test::run_hpsearch(folder.path(), {"check", "sweep.yaml"}).out;
  EXPECT_THAT(checked, HasSubstr("checkpoints: every epoch; up to "));
  EXPECT_THAT(checked, HasSubstr(" each, at most 2 files on disk: "));
  test::Process process(folder.path(), {"run", "sweep.yaml"});
  std::size_t most = 0;
  std::uintmax_t largest = 0;
  process.wait_until([&] {
    std::size_t files = 0;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(folder_of(folder), gone)) {
      ++files;
      const std::uintmax_t bytes = fs::file_size(entry.path(), gone);
      largest = gone ? largest : std::max(largest, bytes);
    }
    most = std::max(most, files);
    return false;
  });
  EXPECT_EQ(process.wait().code, 0);
  EXPECT_GE(most, 1U);
  EXPECT_LE(most, 2U);
  const double said = std::stod(checked.substr(checked.find("up to ") + 6));
  EXPECT_LE(static_cast<double>(largest), 1000.0 * (said + 1.0)) << "kilobytes";
  EXPECT_GE(static_cast<double>(largest), 500.0 * said);
}

TEST(CheckpointRun, WritesItsDefaultsOut) {
  const RunFolder folder(sweep(kUsual, "checkpoints: {}\n"));
  EXPECT_THAT(test::run_hpsearch(folder.path(), {"check", "sweep.yaml", "--resolved"}).out,
              HasSubstr("checkpoints: {every: 1, keep: 2}\n"));
}

}  // namespace
}  // namespace hpsearch::runner

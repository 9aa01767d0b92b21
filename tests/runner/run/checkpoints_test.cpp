#include "runner/run/checkpoints.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/checkpoint_events.h"
#include "tests/support/held_journal.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TrialTask task_of(std::uint64_t trial) {
  TrialTask task;
  task.number = trial;
  task.seed = 77;
  task.settings = {{"learning_rate", 0.25}, {"epochs", std::int64_t{9}}};
  task.epochs = 9;
  return task;
}

nn::TrainerState state_at(int epoch) {
  return {epoch, {{"trainer.epoch", std::to_string(epoch)}}, {{"a", {2}, {1.5F, 2.5F}}}};
}

class Checkpointing : public testing::Test {
 protected:
  // As the next run does it; what came before is like killed.
  void open(CheckpointLimits limits = {1, 4, 4}) {
    checkpoints.reset();
    recorder.reset();
    recorder = std::make_unique<storage::Recorder>(journal, 3);
    keep_checkpoint_files(origin, journal.rows());
    checkpoints =
        std::make_unique<Checkpoints>(origin, limits, journal.rows(), *recorder,
                                      [this](const std::string& line) { lines.push_back(line); });
  }
  bool save(std::uint64_t trial, int epoch) {
    return checkpoints->save(trial, task_of(trial), state_at(epoch));
  }
  // And its row is in the database.
  void save_whole(std::uint64_t trial, int epoch) {
    ASSERT_TRUE(save(trial, epoch));
    recorder->flush();
  }
  void end(std::uint64_t trial) {
    storage::TrialEnd end;
    end.number = trial;
    recorder->end_trial(end);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(where, none)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // The one file that a row of this trial names.
  fs::path file_of(std::uint64_t trial) const {
    for (const storage::CheckpointRow& row : journal.rows()) {
      if (row.training.number == trial) {
        return folder.path() / row.file.path;
      }
    }
    ADD_FAILURE() << "trial " << trial << " has no row";
    return {};
  }

  test::TempFolder folder;
  fs::path where = folder.path() / "x.db.files" / "sweep3" / "checkpoints";
  CheckpointOrigin origin{folder.path() / "x.db", 3, "this CPU", R"({"rows":9})"};
  test::HeldJournal journal;
  std::vector<std::string> lines;
  std::unique_ptr<storage::Recorder> recorder;
  std::unique_ptr<Checkpoints> checkpoints;
};

TEST_F(Checkpointing, TheNewestStateIsLoadedByTheNextRun) {
  open();
  EXPECT_FALSE(checkpoints->load(5, task_of(5)));
  save_whole(5, 2);
  save_whole(5, 4);
  save_whole(6, 3);
  open();
  const auto state = checkpoints->load(5, task_of(5));
  ASSERT_TRUE(state);
  EXPECT_EQ(state->epoch, 4);
  EXPECT_EQ(state->facts.at("trainer.epoch"), "4");
  ASSERT_THAT(state->tensors, SizeIs(1));
  EXPECT_EQ(state->tensors[0].name, "a");
  EXPECT_THAT(state->tensors[0].values, ElementsAre(1.5F, 2.5F));
  EXPECT_FALSE(checkpoints->load({5, 1}, task_of(5)));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(Checkpointing, TheRowComesAfterItsFileAndTheOldFileGoesAfterTheRow) {
  open();
  save_whole(5, 1);
  journal.hold(true);
  EXPECT_TRUE(save(5, 2));
  EXPECT_THAT(files(), ElementsAre("trial5.0.epoch1.safetensors", "trial5.0.epoch2.safetensors"));
  EXPECT_EQ(file_of(5).filename(), "trial5.0.epoch1.safetensors");
  // Any number of further epochs makes no third file.
  EXPECT_FALSE(save(5, 3));
  EXPECT_THAT(files(), SizeIs(2));
  journal.hold(false);
  EXPECT_TRUE(checkpoints->save_now(5, task_of(5), state_at(4))) << "waits for the row";
  EXPECT_THAT(files(), ElementsAre("trial5.0.epoch2.safetensors", "trial5.0.epoch4.safetensors"));
  recorder->flush();
  checkpoints->tidy();
  EXPECT_THAT(files(), ElementsAre("trial5.0.epoch4.safetensors"));
  EXPECT_EQ(file_of(5).filename(), "trial5.0.epoch4.safetensors");
}

TEST_F(Checkpointing, FilesOfAnEndedTrainingGoOnceItsEndIsCommitted) {
  open();
  save_whole(5, 1);
  save_whole(6, 1);
  journal.hold(true);
  end(5);
  checkpoints->discard(5);
  checkpoints->tidy();
  EXPECT_THAT(files(), SizeIs(2)) << "a kill now finds the trial unfinished";
  EXPECT_FALSE(checkpoints->load(5, task_of(5)));
  journal.hold(false);
  recorder->flush();
  checkpoints->tidy();
  EXPECT_THAT(files(), ElementsAre("trial6.0.epoch1.safetensors"));
  end(6);
  checkpoints->discard_trial(6);
  recorder->close();
  checkpoints->tidy();
  EXPECT_FALSE(fs::exists(where));
}

TEST_F(Checkpointing, NoMoreTrainingsThanTheLimitHaveFiles) {
  open({1, 2});
  save_whole(0, 1);
  save_whole(1, 1);
  EXPECT_FALSE(save(2, 1));
  save_whole(1, 2);
  end(0);
  checkpoints->discard(0);
  recorder->flush();
  save_whole(2, 2);
  checkpoints->tidy();
  EXPECT_THAT(files(), ElementsAre("trial1.0.epoch2.safetensors", "trial2.0.epoch2.safetensors"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(Checkpointing, WhatAKilledRunHasLeftIsRemoved) {
  open();
  save_whole(5, 1);
  folder.write(where / "trial5.0.epoch2.safetensors", "never noted");
  folder.write(where / "trial5.0.epoch3.safetensors.99999999.part", "half");
  folder.write(where / "more" / "file", "a folder is not ours");
  folder.write("elsewhere", "of someone else");
  fs::create_symlink(folder.path() / "elsewhere", where / "trial9.0.epoch1.safetensors");
  open();
  EXPECT_THAT(files(), UnorderedElementsAre("more", "trial5.0.epoch1.safetensors",
                                            "trial9.0.epoch1.safetensors"));
  EXPECT_EQ(folder.read("elsewhere"), "of someone else");
  EXPECT_TRUE(checkpoints->load(5, task_of(5)));
}

TEST_F(Checkpointing, AFolderBehindALinkIsLeftAlone) {
  folder.write("other/trial5.0.epoch2.safetensors", "of someone else");
  fs::create_directories(where.parent_path());
  fs::create_directory_symlink(folder.path() / "other", where);
  open();
  EXPECT_EQ(folder.read("other/trial5.0.epoch2.safetensors"), "of someone else");
}

struct Damage {
  const char* reason;
  std::function<void(const fs::path& file)> make;
};

// A file that is not the noted one is noticed, said once, and forgotten.
TEST_F(Checkpointing, DamagedFilesAreRefused) {
  const std::vector<Damage> damages{
      {"its file is missing", [](const fs::path& file) { fs::remove(file); }},
      {"its file is missing",
       [&](const fs::path& file) {
         fs::rename(file, folder.path() / "moved");
         fs::create_symlink(folder.path() / "moved", file);
       }},
      {"its file is torn",
       [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) - 1); }},
      {"its file is torn", [](const fs::path& file) { fs::resize_file(file, 0); }},
      {"its file is torn",
       [](const fs::path& file) {
         std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
         stream.seekp(-3, std::ios::end);
         stream.put('\x55');
       }},
      {"its file is torn",
       [&](const fs::path& file) {
         fs::copy_file(file_of(6), file, fs::copy_options::overwrite_existing);
       }},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.reason);
    open();
    save_whole(5, 2);
    save_whole(6, 1);
    damage.make(file_of(5));
    open();
    lines.clear();
    EXPECT_FALSE(checkpoints->load(5, task_of(5)));
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(
        lines[0],
        HasSubstr("trial 5 starts over from epoch 1, since its saved state cannot be used: "));
    EXPECT_THAT(lines[0], HasSubstr(damage.reason));
    EXPECT_FALSE(checkpoints->load(5, task_of(5)));
    EXPECT_THAT(lines, SizeIs(1));
    recorder->flush();
    const auto events = journal.committed().of<storage::EventEntry>();
    ASSERT_FALSE(events.empty());
    const auto event = storage::CheckpointUnusable::from_row(events.back().event);
    ASSERT_TRUE(event);
    EXPECT_EQ(events.back().number, 5U);
    EXPECT_THAT(event->reason, HasSubstr(damage.reason));
    EXPECT_THAT(journal.rows(), SizeIs(1)) << "of trial 6";
    EXPECT_TRUE(checkpoints->load(6, task_of(6)));
    // The trial, begun anew, has states again.
    std::error_code ignored;
    fs::remove(where / "trial5.0.epoch2.safetensors", ignored);
    save_whole(5, 3);
    EXPECT_TRUE(checkpoints->load(5, task_of(5)));
    end(5);
    checkpoints->discard_trial(5);
    checkpoints->discard_trial(6);
    recorder->put_checkpoint(5, std::nullopt);
    recorder->put_checkpoint(6, std::nullopt);
    recorder->flush();
    checkpoints->tidy();
    EXPECT_THAT(files(), IsEmpty());
  }
}

struct Foreign {
  const char* reason;
  std::function<void(TrialTask&, CheckpointOrigin&)> change;
};

// A file as noted, but not this training's.
TEST_F(Checkpointing, ForeignFilesAreRefused) {
  constexpr char kOther[] = "its file is that of another training";
  const std::vector<Foreign> all{
      {kOther, [](TrialTask& task, CheckpointOrigin&) { task.seed = 78; }},
      {kOther, [](TrialTask& task, CheckpointOrigin&) { task.settings["learning_rate"] = 0.5; }},
      {kOther, [](TrialTask& task, CheckpointOrigin&) { task.settings["l2"] = 0.0; }},
      {kOther, [](TrialTask& task, CheckpointOrigin&) { task.fold = 1; }},
      {kOther, [](TrialTask&, CheckpointOrigin& other) { other.data = R"({"rows":8})"; }},
      {"it was written on another CPU or by another build",
       [](TrialTask&, CheckpointOrigin& other) { other.fingerprint = "that CPU"; }},
  };
  const CheckpointOrigin own = origin;
  for (const Foreign& foreign : all) {
    origin = own;
    open();
    save_whole(5, 2);
    TrialTask task = task_of(5);
    foreign.change(task, origin);
    open();
    lines.clear();
    EXPECT_FALSE(checkpoints->load(5, task));
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0], HasSubstr(foreign.reason));
    recorder->flush();
  }
  // A longer training of the same trial learns the same at first.
  origin = own;
  open();
  save_whole(5, 2);
  TrialTask longer = task_of(5);
  longer.settings["epochs"] = std::int64_t{90};
  longer.epochs = 90;
  EXPECT_TRUE(checkpoints->load(5, longer));
}

// As a promotion does it: a trial of another number goes on where this one was paused.
TEST_F(Checkpointing, AnotherTrialWithTheSameSeedAndSettingsMayGoOn) {
  open();
  save_whole(5, 2);
  EXPECT_TRUE(checkpoints->load(5, task_of(12)));
}

TEST_F(Checkpointing, AStateThatCannotBeWrittenIsWorthOneLine) {
  folder.write("x.db.files", "a file where the folder belongs");
  open();
  EXPECT_FALSE(save(5, 1));
  EXPECT_FALSE(save(5, 2));
  EXPECT_FALSE(save(6, 1));
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("a checkpoint could not be saved"));
  EXPECT_THAT(lines[0], HasSubstr("x.db.files"));
  recorder->flush();
  EXPECT_THAT(journal.rows(), IsEmpty());
  EXPECT_EQ(folder.read("x.db.files"), "a file where the folder belongs");
}

}  // namespace
}  // namespace hpsearch::runner

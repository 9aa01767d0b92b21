#include "runner/run/checkpoints.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <set>
#include <utility>

#include <dirent.h>
#include <fmt/format.h>

#include "nn/base/profile.h"
#include "search/pruners/trial_rules.h"
#include "storage/artifacts.h"
#include "storage/checkpoint_events.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// Paused trials whose states are kept. Further ones train their epochs again if they go on.
constexpr std::size_t kPaused = 50;

fs::path folder_of(const CheckpointOrigin& origin) {
  return storage::artifact_file(origin.database, checkpoint_folder(origin));
}

// Removes the files of the sweep but those with these paths, and the folder once it is empty. What
// is no regular file stays, as does all that lies behind a symbolic link.
void remove_all_but(const CheckpointOrigin& origin, const std::set<std::string>& paths) noexcept {
  try {
    const fs::path folder = folder_of(origin);
    if (!fs::is_directory(fs::symlink_status(folder))) {
      return;
    }
    // Not by fs::directory_iterator, which ends the program where memory runs out.
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), closedir);
    while (const dirent* entry = entries == nullptr ? nullptr : readdir(entries.get())) {
      const std::string name = entry->d_name;
      if (!paths.contains(checkpoint_folder(origin) + "/" + name) &&
          fs::is_regular_file(fs::symlink_status(folder / name))) {
        fs::remove(folder / name);
      }
    }
    std::error_code in_use;
    fs::remove(folder, in_use);
  } catch (const std::exception&) {  // what cannot be removed takes room, and does no other harm
  }
}

// "trial 3", "fold 1 of trial 3".
std::string training_text(std::uint64_t trial, int fold) {
  return fold == 0 ? fmt::format("trial {}", trial)
                   : fmt::format("fold {} of trial {}", fold, trial);
}

}  // namespace

Checkpoints::Checkpoints(CheckpointOrigin origin,
                         CheckpointLimits limits,
                         const std::vector<storage::CheckpointRow>& rows,
                         storage::Recorder& recorder,
                         std::function<void(const std::string&)> say)
    : origin_(std::move(origin)), limits_(limits), recorder_(recorder), say_(std::move(say)) {
  adopt(rows);
}

void Checkpoints::adopt(const std::vector<storage::CheckpointRow>& rows) {
  const std::lock_guard lock(mutex_);
  for (const storage::CheckpointRow& row : rows) {
    Files& files = files_[key_of(row.training)];
    if (!files.pending) {  // else this process has saved it, and knows it better
      files.committed = row.file;
      files.ended.reset();
    }
  }
}

// Only what this program has written, in its own folder.
void Checkpoints::remove_file(const std::string& path) noexcept {
  try {
    const auto file = storage::stored_artifact(origin_.database, path);
    if (file && path.starts_with(checkpoint_folder(origin_) + "/")) {
      std::error_code ignored;
      fs::remove(*file, ignored);
    }
  } catch (const std::exception&) {  // the next run removes it
  }
}

void Checkpoints::settle() {
  const std::uint64_t committed = recorder_.committed();
  for (auto at = files_.begin(); at != files_.end();) {
    Files& files = at->second;
    if (files.pending && committed >= files.pending->ticket) {
      if (files.committed) {
        remove_file(files.committed->path);
      }
      files.committed = std::move(files.pending->file);
      files.pending.reset();
    }
    if (!files.pending && files.ended && committed >= *files.ended) {
      if (files.committed) {
        remove_file(files.committed->path);
      }
      at = files_.erase(at);
    } else {
      ++at;
    }
  }
}

bool Checkpoints::has_room(const storage::TrainingKey& training, bool paused) const {
  const auto own = files_.find(key_of(training));
  if (own != files_.end() && own->second.paused == paused) {
    return true;
  }
  const auto others = std::count_if(files_.begin(), files_.end(),
                                    [&](const auto& one) { return one.second.paused == paused; });
  return std::cmp_less(others, paused ? limits_.paused : limits_.keep);
}

bool Checkpoints::save(const storage::TrainingKey& training,
                       const TrialTask& task,
                       const nn::TrainerState& state) {
  return save(training, task, state, false);
}

bool Checkpoints::save(const storage::TrainingKey& training,
                       const TrialTask& task,
                       const nn::TrainerState& state,
                       bool paused) {
  const nn::ProfileMark mark(nn::Phase::kLogging);
  {
    const std::lock_guard lock(mutex_);
    settle();
    if (!has_room(training, paused)) {
      return false;
    }
    files_[key_of(training)].paused = paused;
    const Files& files = files_[key_of(training)];  // its place, while the file is written
    if (files.committed && files.committed->epoch == state.epoch) {
      return !files.ended;
    }
    if (files.pending || files.ended) {
      return false;
    }
  }
  std::optional<storage::CheckpointFile> file;
  std::string fault;
  try {
    file = write_checkpoint(origin_, training, task, state);
  } catch (const std::bad_alloc&) {
    fault = "out of memory";
  } catch (const std::exception& error) {
    fault = error.what();
  }
  const std::lock_guard lock(mutex_);
  Files& files = files_[key_of(training)];
  if (!file) {
    if (!files.committed) {
      files_.erase(key_of(training));
    }
    if (!std::exchange(said_, true)) {
      say_(fmt::format(
          "a checkpoint could not be saved, so a trial that is killed may have to start over: {}",
          fault));
    }
    return false;
  }
  recorder_.put_checkpoint(training, *file);
  files.pending = Pending{*std::move(file), recorder_.handed_over()};
  return true;
}

bool Checkpoints::save_now(const storage::TrainingKey& training,
                           const TrialTask& task,
                           const nn::TrainerState& state) {
  recorder_.flush();
  return save(training, task, state, true);
}

std::optional<nn::TrainerState> Checkpoints::load(const storage::TrainingKey& training,
                                                  const TrialTask& task) {
  std::optional<storage::CheckpointFile> file;
  {
    const std::lock_guard lock(mutex_);
    settle();
    const auto found = files_.find(key_of(training));
    if (found == files_.end() || found->second.ended) {
      return std::nullopt;
    }
    const Files& files = found->second;
    file = files.pending ? std::optional(files.pending->file) : files.committed;
  }
  if (!file) {
    return std::nullopt;
  }
  try {
    ReadCheckpoint read = read_checkpoint(origin_, training, *file, task);
    if (read.fault.empty()) {
      return std::move(read.state);
    }
    refuse(training, task.number, read.fault);
  } catch (const std::bad_alloc&) {  // which training from the first epoch may well have
  }
  return std::nullopt;
}

void Checkpoints::continued(std::uint64_t trial, const storage::TrainingKey& training, int epoch) {
  recorder_.add_event(trial, storage::Continued{epoch, training.replicate}.to_row());
}

void Checkpoints::refuse(const storage::TrainingKey& training,
                         std::uint64_t trial,
                         const std::string& fault) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(key_of(training));
    if (found != files_.end()) {
      if (found->second.committed) {
        remove_file(found->second.committed->path);
      }
      if (found->second.pending) {
        remove_file(found->second.pending->file.path);
      }
      files_.erase(found);
    }
    recorder_.put_checkpoint(training, std::nullopt);
  }
  recorder_.add_event(trial, storage::CheckpointUnusable{fault, training.replicate}.to_row());
  say_(fmt::format("{} starts over from epoch 1, since its saved state cannot be used: {}",
                   training_text(trial, training.replicate), fault));
}

void Checkpoints::discard(const storage::TrainingKey& training) {
  const std::lock_guard lock(mutex_);
  if (const auto found = files_.find(key_of(training)); found != files_.end()) {
    found->second.ended = recorder_.handed_over();
  }
  settle();
}

void Checkpoints::discard_trial(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, files] : files_) {
    if (key.first == number) {
      recorder_.put_checkpoint({key.first, key.second}, std::nullopt);
      files.ended = recorder_.handed_over();
    }
  }
  settle();
}

void Checkpoints::tidy() {
  const std::lock_guard lock(mutex_);
  settle();
  std::error_code in_use;
  fs::remove(folder_of(origin_), in_use);
}

CheckpointLimits checkpoint_limits(const search::SweepSpec& spec, int workers) {
  CheckpointLimits limits;
  if (spec.checkpoints) {
    limits.every = spec.checkpoints->every;
    limits.keep = static_cast<std::size_t>(spec.checkpoints->keep.value_or(workers));
  }
  limits.paused = search::PrunerSet(spec).promotes() ? kPaused : 0;
  return limits;
}

std::vector<storage::CheckpointRow> checkpoints_of(
    storage::Store& store,
    std::int64_t sweep_id,
    const std::vector<storage::TrialRow>& unfinished) {
  std::vector<std::uint64_t> numbers;
  for (const storage::TrialRow& trial : unfinished) {
    numbers.push_back(trial.number);
  }
  store.keep_checkpoints(sweep_id, numbers);
  return store.checkpoints(sweep_id);
}

void keep_checkpoint_files(const CheckpointOrigin& origin,
                           const std::vector<storage::CheckpointRow>& rows) noexcept {
  try {
    std::set<std::string> named;
    for (const storage::CheckpointRow& row : rows) {
      named.insert(row.file.path);
    }
    remove_all_but(origin, named);
  } catch (const std::exception&) {  // they take room, and do no other harm
  }
}

void discard_ended(Checkpoints* checkpoints,
                   search::TrialState state,
                   std::uint64_t trial,
                   std::optional<int> replicate) {
  if (checkpoints == nullptr || !search::is_finished(state)) {
    return;
  }
  if (replicate) {
    checkpoints->discard({trial, *replicate});
  } else {
    checkpoints->discard_trial(trial);
  }
}

void drop_checkpoints(storage::Store& store, const CheckpointOrigin& origin) noexcept {
  try {
    store.keep_checkpoints(origin.sweep_id, {});
    remove_all_but(origin, {});
  } catch (const std::exception&) {  // they stay for nothing, and do no harm
  }
}

}  // namespace hpsearch::runner

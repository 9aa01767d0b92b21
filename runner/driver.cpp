#include "runner/driver.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "nn/random.h"
#include "runner/environment.h"
#include "runner/trial_job.h"

namespace hpsearch::runner {
namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

// A trial on its way to a worker.
struct Launch {
  TrialTask task;
  storage::TrialStart start;
  int epochs = 0;  // that it is to train
};

// What a worker reports back.
struct Completion {
  std::uint64_t number = 0;
  std::size_t slot = 0;
  TrialOutcome outcome;
  int epochs = 0;
  std::exception_ptr error;  // beyond the trial: the run must end
};

class Driver {
 public:
  Driver(const DriverParts& parts, const Plan& plan)
      : parts_(parts),
        plan_(plan),
        next_number_(plan.next_number),
        busy_slots_(static_cast<std::size_t>(parts.workers), false),
        host_(host_name()) {
    snapshot_.metric = parts.spec.metric.name;
    snapshot_.trials_done = plan.finished;
    snapshot_.trials_total = static_cast<std::int64_t>(plan.end_number);
    snapshot_.best_value = plan.best_value;
    snapshot_.best_trial = plan.best_trial;
  }

  void run(const std::stop_token& user_stop) {
    const std::stop_callback forward(user_stop, [this] { stop_.request_stop(); });
    bool more = true;
    while (more) {
      // Workers hold on to this object: nothing may leave this loop before they have ended.
      try {
        more = step();
      } catch (...) {
        give_up(std::current_exception());
      }
    }
    parts_.progress.finish(snapshot());
    if (first_error_) {
      std::rethrow_exception(first_error_);
    }
  }

 private:
  // Fills free workers and waits for results. False when nothing runs and nothing is left to start.
  bool step() {
    while (running_ < parts_.workers && !stop_.stop_requested()) {
      auto launch = next_launch();
      if (!launch) {
        break;
      }
      start(std::move(*launch));
    }
    if (running_ == 0) {
      return false;
    }
    for (const Completion& completion : wait_for_completions()) {
      finish(completion);
    }
    parts_.progress.show(snapshot());
    return true;
  }

  void give_up(std::exception_ptr error) {
    first_error_ = first_error_ ? first_error_ : std::move(error);
    stop_.request_stop();
  }

  std::optional<Launch> next_launch() {
    if (next_unfinished_ < plan_.unfinished.size()) {
      const storage::TrialRow& row = plan_.unfinished[next_unfinished_++];
      return prepare(row.number, row.attempt + 1, search::parse_params_json(row.params_json),
                     parts_.stored.at(row.number));
    }
    if (next_number_ < plan_.end_number) {
      const std::uint64_t number = next_number_++;
      return prepare(number, 1, parts_.sampler.suggest(number), {});
    }
    return std::nullopt;
  }

  Launch prepare(std::uint64_t number,
                 int attempt,
                 search::ParamSet params,
                 std::vector<nn::EpochRecord> stored) {
    Launch launch;
    nn::SettingMap settings = parts_.spec.settings;
    for (const auto& [name, value] : params) {
      settings.insert_or_assign(name, value);
      const search::Parameter* parameter = search::find_parameter(parts_.spec.space, name);
      launch.start.units.push_back(parameter == nullptr
                                       ? std::nullopt
                                       : search::unit_coordinate(parameter->distribution, value));
    }
    const auto seed = settings.find("seed");
    const std::uint64_t trial_seed =
        seed == settings.end() ? nn::trial_seed(parts_.spec.seed, number)
                               : static_cast<std::uint64_t>(std::get<std::int64_t>(seed->second));
    const auto epochs = settings.find("epochs");
    launch.epochs = epochs == settings.end()
                        ? nn::Settings{}.epochs
                        : static_cast<int>(std::get<std::int64_t>(epochs->second));
    launch.start.number = number;
    launch.start.seed = trial_seed;
    launch.start.attempt = attempt;
    launch.start.epochs = launch.epochs;
    launch.start.params = std::move(params);
    launch.task = {number, trial_seed, std::move(settings), std::move(stored)};
    return launch;
  }

  void start(Launch launch) {
    const auto free = std::find(busy_slots_.begin(), busy_slots_.end(), false);
    *free = true;
    const auto slot = static_cast<std::size_t>(free - busy_slots_.begin());
    launch.start.worker = fmt::format("{}/{}", host_, slot);
    parts_.recorder.start_trial(std::move(launch.start));
    planned_epochs_ = std::max(planned_epochs_, launch.epochs);
    auto task = std::make_shared<const TrialTask>(std::move(launch.task));
    parts_.executor.submit(
        [this, task, slot, epochs = launch.epochs] { work(*task, slot, epochs); });
    ++running_;
  }

  // On a worker's thread.
  void work(const TrialTask& task, std::size_t slot, int epochs) {
    Completion completion{task.number, slot, {}, epochs, nullptr};
    try {
      auto sink = [&](const nn::EpochRecord& record) {
        parts_.recorder.record_epoch(task.number, record);
        epochs_trained_.fetch_add(1, std::memory_order_relaxed);
      };
      completion.outcome =
          run_trial(task, parts_.data, parts_.spec.metric, sink, stop_.get_token());
      record_end(task, completion.outcome);
    } catch (...) {
      completion.error = std::current_exception();
      stop_.request_stop();
    }
    const std::lock_guard lock(mutex_);
    completions_.push_back(std::move(completion));
    changed_.notify_one();
  }

  void record_end(const TrialTask& task, const TrialOutcome& outcome) {
    storage::TrialEnd end;
    end.number = task.number;
    end.state = outcome.state;
    end.value = outcome.value;
    if (outcome.value) {
      end.score = parts_.spec.metric.score(*outcome.value);
    }
    end.best_epoch = outcome.best_epoch;
    // A replay that was interrupted has not undone what an earlier attempt stored.
    end.epochs_done = std::max(outcome.epochs_done, static_cast<int>(task.stored.size()));
    end.seconds = outcome.seconds;
    end.reason = outcome.state == search::TrialState::kInterrupted ? "signal" : outcome.reason;
    parts_.recorder.end_trial(std::move(end));
  }

  std::vector<Completion> wait_for_completions() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kProgressInterval, [this] { return !completions_.empty(); });
    return std::exchange(completions_, {});
  }

  void finish(const Completion& completion) {
    --running_;
    busy_slots_[completion.slot] = false;
    if (completion.error) {
      give_up(completion.error);
      return;
    }
    const TrialOutcome& outcome = completion.outcome;
    if (!search::is_finished(outcome.state)) {
      return;
    }
    ++snapshot_.trials_done;
    epochs_skipped_ += completion.epochs - outcome.epochs_done;
    if (outcome.value && beats_best(completion.number, *outcome.value)) {
      snapshot_.best_value = outcome.value;
      snapshot_.best_trial = completion.number;
    }
  }

  // Ranked as the leaderboard ranks: of equal values the lower number, whichever came first.
  bool beats_best(std::uint64_t number, double value) const {
    if (!snapshot_.best_value) {
      return true;
    }
    const search::Metric& metric = parts_.spec.metric;
    return std::pair(metric.score(value), number) <
           std::pair(metric.score(*snapshot_.best_value), snapshot_.best_trial);
  }

  ProgressSnapshot snapshot() {
    ProgressSnapshot now = snapshot_;
    now.elapsed_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    now.epochs = static_cast<double>(epochs_trained_.load(std::memory_order_relaxed));
    const double all = static_cast<double>(plan_.to_train()) * std::max(1, planned_epochs_);
    now.share =
        std::min(1.0, (now.epochs + static_cast<double>(epochs_skipped_)) / std::max(1.0, all));
    return now;
  }

  const DriverParts& parts_;
  const Plan& plan_;
  std::uint64_t next_number_;
  std::size_t next_unfinished_ = 0;
  std::vector<bool> busy_slots_;
  std::string host_;
  int running_ = 0;
  int planned_epochs_ = 0;
  std::int64_t epochs_skipped_ = 0;  // of trials that ended early
  ProgressSnapshot snapshot_;
  std::exception_ptr first_error_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();

  // Shared with the workers.
  std::stop_source stop_;
  std::atomic<std::int64_t> epochs_trained_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Completion> completions_;  // guarded by mutex_
};

}  // namespace

void drive(const DriverParts& parts, const Plan& plan, const std::stop_token& stop) {
  Driver(parts, plan).run(stop);
}

}  // namespace hpsearch::runner

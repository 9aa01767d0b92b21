#include "runner/run/program_trials.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstring>
#include <deque>
#include <fstream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/base/python_text.h"
#include "nn/base/utf8.h"
#include "reports/text/numbers.h"
#include "runner/console/usage_error.h"
#include "runner/external/command_line.h"
#include "runner/external/epoch_reports.h"
#include "runner/external/interpreter.h"
#include "runner/external/report_line.h"
#include "runner/external/trial_environment.h"
#include "runner/external/wandb_stand_in.h"
#include "runner/process/child_process.h"
#include "runner/process/program_path.h"
#include "runner/process/run_program.h"
#include "runner/process/slots.h"
#include "storage/artifacts.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;

// From SIGTERM to SIGKILL: time to write a checkpoint.
constexpr std::chrono::seconds kGrace{10};

void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.flush()) {
    throw std::runtime_error(fmt::format("{}: cannot be written", path.string()));
  }
}

// What all trials of a sweep share.
struct Shared {
  search::ProgramSpec program;
  std::optional<double> timeout_seconds;  // of a trial
  std::string metric;
  ProgramSweep sweep;
  std::filesystem::path run_files;  // of programs that run
  std::vector<std::string> environment;
  std::string interpreter;
  bool needs_json_file = false;
  Slots slots;
};

SlotPlan shares(const search::ProgramSpec& program, int workers) {
  return {workers, program.gpus, program.cores > 0 ? std::optional(program.cores) : std::nullopt,
          program.memory_bytes};
}

// The last lines of what a failed program has said, for the trial's row.
std::string last_lines(const OutputTail& output) {
  constexpr std::size_t kMost = 1500;
  std::string text = output.total_errors() > 0 ? output.last_errors() : output.text();
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  if (text.size() > kMost) {
    const std::size_t line = text.find('\n', text.size() - kMost);
    text.erase(0, line == std::string::npos ? text.size() - kMost : line + 1);
  }
  return text;
}

std::string memory_text(std::uint64_t bytes) {
  return fmt::format("{} MB", (bytes + 500'000) / 1'000'000);
}

class ProgramTrainer final : public TrialTrainer {
 public:
  ProgramTrainer(Shared& shared, const TrialTask& task)
      : shared_(shared), task_(task), slot_(shared.slots.take()), reports_(shared.metric) {
    const std::string id =
        fmt::format("s{}t{}{}", shared.sweep.sweep_id, task.number,
                    task.fold > 0 ? fmt::format("r{}", task.fold) : std::string());
    parameter_file_ = shared.run_files / fmt::format("config-{}.yaml", id);
    const nn::ValueMap named = named_parameters(shared.program, task.settings);
    write_file(parameter_file_, parameter_file_text(named));
    json_file_ = shared.run_files / fmt::format("config-{}.json", id);
    if (shared.needs_json_file) {
      write_file(json_file_, nn::python_json(nn::Value(named)));
    }
    child_.emplace(process(id));
    if (shared.timeout_seconds) {
      deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(*shared.timeout_seconds));
    }
  }

  ~ProgramTrainer() override {
    try {
      if (!over_) {
        end_program();
      }
      keep_log();
    } catch (...) {  // a log that cannot be kept costs no trial
    }
    child_.reset();
    std::error_code ignored;
    std::filesystem::remove(parameter_file_, ignored);
    if (shared_.needs_json_file) {
      std::filesystem::remove(json_file_, ignored);
    }
  }

  std::optional<nn::EpochRecord> train_epoch(const std::stop_token& stop) override {
    const std::stop_callback wake(stop, [this] { child_->wake(); });
    while (ready_.empty() && !over_) {
      switch (child_->wait(deadline_)) {
        case ChildProcess::Event::kLine:
          take_line();
          break;
        case ChildProcess::Event::kEnd:
          over_ = true;
          require_success();
          break;
        case ChildProcess::Event::kTimeout:
          end_program();
          throw std::runtime_error(
              fmt::format("it ran for longer than trial_timeout, {} s", *shared_.timeout_seconds));
        case ChildProcess::Event::kWoken:
          if (stop.stop_requested()) {
            end_program();
            return std::nullopt;
          }
      }
    }
    if (ready_.empty()) {
      ended_ = true;
      return std::nullopt;
    }
    nn::EpochRecord record = std::move(ready_.front());
    ready_.pop_front();
    const auto now = Clock::now();
    record.seconds = std::chrono::duration<double>(now - epoch_begin_).count();
    epoch_begin_ = now;
    return record;
  }

  bool ended() const override { return ended_; }

 private:
  ProcessSpec process(const std::string& id) const {
    const TrialIdentity identity{shared_.sweep.name, task_.number,      task_.seed, id,
                                 parameter_file_,    shared_.run_files, task_.fold};
    ProcessSpec spec;
    spec.environment =
        trial_environment(shared_.environment, shared_.program, task_.settings, identity);
    for (std::string& entry : slot_.environment()) {
      const std::string name = entry.substr(0, entry.find('=') + 1);
      std::erase_if(spec.environment, [&](const auto& e) { return e.starts_with(name); });
      spec.environment.push_back(std::move(entry));
    }
    spec.argv =
        command_line(shared_.program, task_.settings,
                     {shared_.interpreter, json_file_.string(), [&](const std::string& name) {
                        const std::string value = environment_value(spec.environment, name);
                        return value.empty() ? std::nullopt : std::optional(value);
                      }});
    spec.limits.cores = slot_.cores();
    spec.limits.memory_bytes = slot_.memory_bytes();
    return spec;
  }

  void take_line() {
    if (const auto report = read_report(child_->line(), shared_.metric)) {
      for (nn::EpochRecord& record : reports_.take(*report)) {
        ready_.push_back(std::move(record));
      }
    }
  }

  // Throws why the trial has failed, if it has.
  void require_success() {
    const ProcessEnd& end = child_->end();
    if (!end.start_error.empty()) {
      throw std::runtime_error(end.start_error);
    }
    const std::string memory = memory_text(end.peak_memory_bytes);
    const std::string said = last_lines(child_->output());
    const std::string tail = (said.empty() ? "" : "\n") + said;
    if (end.over_memory) {
      throw std::runtime_error(fmt::format("it took more memory than parallel.memory allows, {}{}",
                                           memory_text(shared_.program.memory_bytes.value_or(0)),
                                           tail));
    }
    if (end.signal != 0) {
      throw std::runtime_error(fmt::format("killed by signal {} ({}); peak memory {}{}", end.signal,
                                           strsignal(end.signal), memory, tail));
    }
    if (end.exit_code != 0) {
      throw std::runtime_error(
          fmt::format("exit code {}; peak memory {}{}", end.exit_code, memory, tail));
    }
    if (auto last = reports_.finish()) {
      ready_.push_back(*std::move(last));
    }
    if (!shared_.metric.empty() && !reports_.has_metric()) {
      throw std::runtime_error(fmt::format(
          "it ended without a finite {0}; to report it, print a line such as {{\"{0}\": 0.41}}{1}",
          shared_.metric, tail));
    }
  }

  // SIGTERM, and after the grace SIGKILL.
  void end_program() {
    const auto until = Clock::now() + kGrace;
    child_->ask_to_end();
    for (;;) {
      const auto event = child_->wait(until);
      if (event == ChildProcess::Event::kEnd) {
        break;
      }
      if (event == ChildProcess::Event::kTimeout) {
        child_->kill();
        while (child_->wait(std::nullopt) != ChildProcess::Event::kEnd) {
        }
        break;
      }
    }
    over_ = true;
  }

  std::filesystem::path log_file() const {
    return program_log(shared_.sweep.files, task_.number, task_.fold);
  }

  void keep_log() const {
    const OutputTail& output = child_->output();
    std::string text;
    if (output.dropped() > 0) {
      text = fmt::format("[{} bytes before this are not kept]\n", output.dropped());
    }
    text += output.text();
    if (!text.empty()) {
      write_file(log_file(), text);
    } else {
      std::error_code ignored;
      std::filesystem::remove(log_file(), ignored);
    }
  }

  Shared& shared_;
  const TrialTask task_;
  Slots::Slot slot_;
  std::filesystem::path parameter_file_;
  std::filesystem::path json_file_;
  EpochReports reports_;
  std::deque<nn::EpochRecord> ready_;
  std::optional<ChildProcess> child_;
  std::optional<Clock::time_point> deadline_;
  Clock::time_point epoch_begin_ = Clock::now();
  bool over_ = false;   // the program
  bool ended_ = false;  // and all its reports are given away
};

class ProgramTrials final : public TrialFactory {
 public:
  ProgramTrials(const search::SweepSpec& spec, const ProgramSweep& sweep)
      : shared_{*spec.program,
                spec.policy.timeout_seconds,
                spec.metric.name,
                sweep,
                std::filesystem::absolute(sweep.files / "running"),
                own_environment(),
                "",
                false,
                Slots(shares(*spec.program, sweep.workers))} {
    shared_.interpreter = interpreter(shared_.environment);
    const auto& command = shared_.program.command;
    shared_.needs_json_file =
        std::find(command.begin(), command.end(), "${args_json_file}") != command.end();
    const auto module = shared_.run_files / "wandb";
    std::filesystem::create_directories(module);
    std::filesystem::create_directories(program_log(sweep.files, 0).parent_path());
    write_file(module / "__init__.py", wandb_stand_in());
  }

  ~ProgramTrials() override {
    std::error_code ignored;
    std::filesystem::remove_all(shared_.run_files, ignored);
  }

  std::unique_ptr<TrialTrainer> begin(const TrialTask& task,
                                      const std::stop_token& /*stop*/) override {
    return std::make_unique<ProgramTrainer>(shared_, task);
  }

  std::chrono::milliseconds grace() const override { return kGrace + std::chrono::seconds(1); }

  bool reproducible() const override { return false; }

 private:
  Shared shared_;
};

}  // namespace

void require_shares(const search::ProgramSpec& program, int workers) {
  try {
    const Slots slots(shares(program, workers));
  } catch (const std::runtime_error& refusal) {
    throw UsageError(refusal.what());
  }
}

std::filesystem::path program_log(const std::filesystem::path& files,
                                  std::uint64_t trial,
                                  int replicate) {
  return files / "logs" /
         (replicate == 0 ? fmt::format("trial-{}.log", trial)
                         : fmt::format("trial-{}-replicate-{}.log", trial, replicate));
}

std::unique_ptr<TrialFactory> make_program_trials(const search::SweepSpec& spec,
                                                  const ProgramSweep& sweep) {
  return std::make_unique<ProgramTrials>(spec, sweep);
}

std::unique_ptr<TrialFactory> make_program_trials(const search::SweepSpec& spec,
                                                  const storage::SweepRow& sweep,
                                                  const std::filesystem::path& database,
                                                  int workers) {
  const auto files =
      storage::artifact_file(database, storage::artifact_path(database, sweep.sweep_id, ""));
  return make_program_trials(spec, {sweep.name, sweep.sweep_id, files, workers});
}

}  // namespace hpsearch::runner

// Trials that are runs of a program: the counterpart of nn_trials.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "runner/run/trial_trainer.h"
#include "search/sweep/sweep_spec.h"
#include "storage/records.h"

namespace hpsearch::runner {

struct ProgramSweep {
  std::string name;             // of the sweep
  std::int64_t sweep_id = 0;    // in its database
  std::filesystem::path files;  // a folder for this sweep's files, which need not exist
  int workers = 1;              // programs that run at a time, at most
};

// Throws UsageError, with a sentence for people, if the shares of so many programs exceed the
// machine.
void require_shares(const search::ProgramSpec& program, int workers);

// Where the output of a training's last attempt is kept.
std::filesystem::path program_log(const std::filesystem::path& files,
                                  std::uint64_t trial,
                                  int replicate = 0);

// Each trial is a process with its own share of the machine. An epoch is what the program reports
// (epoch_reports.h); a trial fails if the program does, if it takes longer than it may, or if it
// ends without the metric. A stop sends SIGTERM, and SIGKILL to all that is left after kGrace.
// Requires what require_shares() does.
std::unique_ptr<TrialFactory> make_program_trials(const search::SweepSpec& spec,
                                                  const ProgramSweep& sweep);

// For a sweep of a database, whose files they use.
std::unique_ptr<TrialFactory> make_program_trials(const search::SweepSpec& spec,
                                                  const storage::SweepRow& sweep,
                                                  const std::filesystem::path& database,
                                                  int workers);

}  // namespace hpsearch::runner

#include "runner/check/program_report.h"

#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "reports/text/printable.h"
#include "runner/check/preview.h"
#include "runner/console/shell_word.h"
#include "runner/external/command_line.h"
#include "runner/external/interpreter.h"
#include "runner/process/memory_group.h"
#include "runner/process/program_path.h"
#include "runner/process/run_program.h"

namespace hpsearch::runner {
namespace {

std::string share_text(const search::ProgramSpec& program) {
  std::string text;
  if (!program.gpus.empty()) {
    text += fmt::format(", one of {} GPUs", program.gpus.size());
  }
  if (program.cores > 0) {
    text += fmt::format(", {} core{}", program.cores, program.cores == 1 ? "" : "s");
  }
  if (program.memory_bytes) {
    text += fmt::format(", {} MB of memory ({})", *program.memory_bytes / 1'000'000,
                        memory_limiter() == MemoryLimiter::kControlGroup
                            ? "held by a control group"
                            : "looked at ten times a second, as control groups are not ours here");
  }
  return text.empty() ? "" : "each trial has " + text.substr(2) + "\n";
}

}  // namespace

std::string program_text(const search::SweepSpec& spec) {
  const search::ProgramSpec& program = *spec.program;
  const auto environment = own_environment();
  const CommandPlaces places{interpreter(environment), "PARAMETERS.json",
                             [&](const std::string& name) {
                               const std::string value = environment_value(environment, name);
                               return value.empty() ? std::nullopt : std::optional(value);
                             }};
  search::ParamSet first = first_trial(spec);
  if (program.fidelity) {
    first.insert_or_assign(program.fidelity->parameter, std::int64_t{program.fidelity->max});
  }
  std::string line;
  for (const std::string& word : command_line(program, first, places)) {
    line += (line.empty() ? "" : " ") + shell_word(word);
  }
  std::string text = fmt::format("trial 0 would run\n  {}\n", reports::printable(line));
  if (!passes_parameters(program) && !first.empty()) {
    text +=
        "its words have no parameters: the program reads them from the environment "
        "(HPSEARCH_PARAMS, "
        "HPSEARCH_PARAM_<NAME>) or by wandb.init()\n";
  }
  text += program.has_metric
              ? fmt::format(
                    "each trial reports {} on its output, such as {{\"{}\": 0.41}} on a line "
                    "of its own\n",
                    reports::printable(spec.metric.name), reports::printable(spec.metric.name))
              : "no metric: all trials run, and none is better than another\n";
  return text + share_text(program);
}

}  // namespace hpsearch::runner

#include "runner/commands/init_starter.h"

#include <array>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/new_file.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/starters/starters.h"

namespace hpsearch::runner {
namespace {

constexpr std::array kStarters{
    Starter{"slurm", "write a job array for Slurm, hpsearch.sbatch, that trains a sweep",
            "hpsearch.sbatch", "sbatch", kSlurmStarter},
    Starter{"kubernetes", "write a Job for Kubernetes, hpsearch-job.yaml", "hpsearch-job.yaml",
            "kubectl apply -f", kKubernetesStarter},
    Starter{"ssh", "write a script that starts workers over ssh, hpsearch-ssh.sh",
            "hpsearch-ssh.sh", "sh", kSshStarter},
};

std::string with_name(std::string_view text, const std::string& name) {
  constexpr std::string_view kPlace = "@FILE@";
  std::string result(text);
  const std::size_t at = result.find(kPlace);
  return at == std::string::npos ? result : result.replace(at, kPlace.size(), name);
}

}  // namespace

void add_starter_options(boost::program_options::options_description& options) {
  for (const Starter& starter : kStarters) {
    options.add_options()(std::string(starter.option).c_str(),
                          std::string(starter.meaning).c_str());
  }
}

const Starter* asked_starter(const Invocation& invocation) {
  const Starter* asked = nullptr;
  for (const Starter& starter : kStarters) {
    if (invocation.options.count(std::string(starter.option)) == 0) {
      continue;
    }
    if (asked != nullptr) {
      throw UsageError(fmt::format("--{} and --{} write different files; use one of them",
                                   asked->option, starter.option));
    }
    asked = &starter;
  }
  for (const char* other : {"data", "target", "task", "drop", "set"}) {
    if (asked != nullptr && invocation.options.count(other) > 0) {
      throw UsageError(fmt::format(
          "--{} writes a file that starts a sweep; --{} is for the sweep's own file, which 'init' "
          "writes without --{}",
          asked->option, other, asked->option));
    }
  }
  return asked;
}

int write_starter(const Starter& starter, const Invocation& invocation) {
  const std::string path =
      invocation.operands.empty() ? std::string(starter.file) : invocation.operands.front();
  if (path.empty()) {
    throw UsageError(fmt::format("'init --{}' needs the name of a file, or none for {}",
                                 starter.option, starter.file));
  }
  // Behind a comment sign no name may end the line.
  const bool plain = path.find_first_of("\r\n") == std::string::npos;
  const std::string word = shell_word(path.starts_with('-') ? "./" + path : path);
  if (!plain) {
    throw UsageError("the name of the file cannot have line breaks");
  }
  if (!write_new_file(path, with_name(starter.text, word))) {
    throw UsageError(
        fmt::format("{}: exists already; name another file to write: hpsearch init "
                    "--{} FILE",
                    path, starter.option));
  }
  LinePrinter(stderr).line(
      fmt::format("wrote {}; change the lines marked FILL IN, then start the workers:\n  {} {}",
                  path, starter.start, word));
  return kExitDone;
}

}  // namespace hpsearch::runner

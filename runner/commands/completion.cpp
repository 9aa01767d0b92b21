#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/text/printable.h"
#include "runner/commands/command.h"
#include "runner/commands/complete.h"
#include "runner/completion/scripts.h"
#include "runner/console/exit_code.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"

namespace hpsearch::runner {

const char kCompletionHelp[] =
    R"(Prints a script that teaches the shell to complete commands, options, names of sweeps, numbers of
trials, metrics and settings. SHELL is bash, zsh or fish.

Examples
  source <(hpsearch completion bash)              # in ~/.bashrc it serves every new shell
  hpsearch completion zsh > "${fpath[1]}/_hpsearch"
  hpsearch completion fish > ~/.config/fish/completions/hpsearch.fish

Exit codes: 0 done, 2 error in the command line.
)";

std::string_view completion_script(std::string_view shell) {
  return shell == "bash" ? kBash : shell == "zsh" ? kZsh : shell == "fish" ? kFish : "";
}

int completion_command(const Invocation& invocation) {
  const std::string& shell = invocation.operands.front();
  const std::string_view script = completion_script(shell);
  if (script.empty()) {
    throw UsageError(fmt::format("there is no completion for '{}'{}; write one of {}",
                                 reports::printable(shell), did_you_mean(shell, kShells),
                                 fmt::join(kShells, ", ")));
  }
  fmt::print("{}", script);
  return kExitDone;
}

}  // namespace hpsearch::runner

#include "runner/commands/share_files.h"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "runner/commands/command.h"
#include "runner/commands/complete.h"
#include "runner/commands/manual.h"
#include "runner/reference/json_schema.h"
#include "runner/reference/sweep_file_manual.h"
#include "runner/run/environment.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) {
    throw fs::filesystem_error("", path, std::error_code(errno, std::generic_category()));
  }
}

}  // namespace

void write_share_files(const fs::path& share) {
  const Release release{tool_version(), tool_date()};
  const fs::path man1 = share / "man" / "man1";
  write(man1 / "hpsearch.1", program_manual(release));
  for (const Command& command : command_table()) {
    write(man1 / fmt::format("hpsearch-{}.1", command.name), command_manual(command, release));
  }
  write(share / "man" / "man5" / "hpsearch.5", sweep_file_manual(release));
  write(share / "bash-completion" / "completions" / "hpsearch", completion_script("bash"));
  write(share / "zsh" / "site-functions" / "_hpsearch", completion_script("zsh"));
  write(share / "fish" / "vendor_completions.d" / "hpsearch.fish", completion_script("fish"));
  write(share / "hpsearch" / "sweep.schema.json", sweep_schema());
}

}  // namespace hpsearch::runner

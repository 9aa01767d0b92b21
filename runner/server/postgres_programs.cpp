#include "runner/server/postgres_programs.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "runner/process/program_path.h"
#include "runner/process/run_program.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDebianFolder = "/usr/lib/postgresql";

// The first number in a text such as "postgres (PostgreSQL) 15.18 (Debian ...)"; 0 if it has none.
int first_number(const std::string& text) {
  const std::size_t at = text.find_first_of("0123456789");
  int number = 0;
  if (at != std::string::npos) {
    std::from_chars(text.data() + at, text.data() + text.size(), number);
  }
  return number;
}

bool has_all(const fs::path& folder) {
  constexpr std::array kNames{"initdb", "postgres", "pg_ctl", "pg_isready"};
  return std::all_of(kNames.begin(), kNames.end(),
                     [&](const char* name) { return access((folder / name).c_str(), X_OK) == 0; });
}

// In the order in which they are preferred.
std::vector<fs::path> candidates(std::span<const std::string> environment) {
  std::vector<fs::path> folders;
  std::error_code ignored;
  try {
    // The programs find each other beside the file itself, not beside a link to it.
    folders.push_back(
        fs::canonical(find_program("initdb", environment, ""), ignored).parent_path());
  } catch (const std::runtime_error&) {
    // Not in PATH, where Debian does not put it.
  }
  std::vector<std::pair<int, fs::path>> versions;
  for (fs::directory_iterator entry(kDebianFolder, ignored), end; entry != end;
       entry.increment(ignored)) {
    versions.emplace_back(first_number(entry->path().filename()), entry->path() / "bin");
  }
  std::sort(versions.rbegin(), versions.rend());
  for (auto& [version, folder] : versions) {
    folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace

PostgresPrograms find_postgres(std::span<const std::string> environment,
                               std::optional<int> version) {
  const std::vector<std::string> entries(environment.begin(), environment.end());
  for (const fs::path& folder : candidates(environment)) {
    if (!has_all(folder)) {
      continue;
    }
    PostgresPrograms programs{folder, 0};
    const ProgramResult answer = run_program({programs.path("postgres"), "--version"}, entries);
    programs.version = answer.done ? first_number(answer.output) : 0;
    if (programs.version != 0 && (!version || *version == programs.version)) {
      return programs;
    }
  }
  if (version) {
    throw std::runtime_error(fmt::format(
        "the server was made by PostgreSQL {0}, whose programs are neither in PATH nor in {1}; on "
        "Debian and Ubuntu: apt-get install postgresql-{0}",
        *version, kDebianFolder));
  }
  throw std::runtime_error(
      fmt::format("PostgreSQL's server is neither in PATH (initdb, postgres, pg_ctl, pg_isready) "
                  "nor in {}; on Debian and Ubuntu: apt-get install postgresql; without rights to "
                  "install: conda install -c conda-forge postgresql, or 'module load postgresql' "
                  "where a cluster has it",
                  kDebianFolder));
}

}  // namespace hpsearch::runner

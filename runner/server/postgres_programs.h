// PostgreSQL's programs on this machine.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace hpsearch::runner {

struct PostgresPrograms {
  std::filesystem::path folder;  // holds initdb, postgres, pg_ctl and pg_isready
  int version = 0;               // the major one, such as 15

  std::string path(const char* program) const { return (folder / program).string(); }
};

// Finds them in PATH, else the newest of /usr/lib/postgresql/*/bin, where Debian has them. With
// `version`, only those of that major version: no other one can read its files. Throws
// std::runtime_error with what to install.
PostgresPrograms find_postgres(std::span<const std::string> environment,
                               std::optional<int> version);

}  // namespace hpsearch::runner

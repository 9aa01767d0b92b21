#include "runner/server/new_server.h"

#include <array>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "runner/process/run_program.h"
#include "runner/server/postgres_programs.h"
#include "runner/server/server_files.h"
#include "runner/server/this_machine.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

void require_done(const ProgramResult& result, const char* what) {
  if (!result.done) {
    throw std::runtime_error(fmt::format("the server cannot be made: {} has failed:\n{}", what,
                                         last_lines(result.output)));
  }
}

}  // namespace

fs::path unfinished_server(const fs::path& folder) {
  return folder / ".hpsearch-new";
}

bool is_free_for_server(const fs::path& folder) {
  return fs::exists(unfinished_server(folder)) || fs::is_empty(folder);
}

void make_server(const fs::path& folder, const ServerSettings& settings) {
  const std::vector<std::string> variables = server_environment();
  const PostgresPrograms programs = find_postgres(variables, std::nullopt);
  remove_server(folder);
  const fs::path unfinished = unfinished_server(folder);
  fs::create_directory(unfinished);
  const fs::path data = unfinished / "data";
  require_done(run_program({programs.path("initdb"), "--pgdata=" + data.string(),
                            fmt::format("--username={}", kServerAdministrator), "--encoding=UTF8",
                            "--locale=C", "--auth-local=peer", "--auth-host=scram-sha-256",
                            "--data-checksums"},
                           variables),
               "initdb");
  write_private(data / "pg_hba.conf", access_text());
  write_private(data / "pg_ident.conf", owner_text(system_user()));
  write_private(data / "postgresql.conf",
                read_text(data / "postgresql.conf") + "\ninclude = 'hpsearch.conf'\n");
  write_private(data / "hpsearch.conf", configuration_text(settings, folder));
  const std::string password = random_password();
  const fs::path statements = unfinished / "create.sql";
  write_private(statements, creation_text(password));
  // In PostgreSQL's mode without a server: nobody can connect before the password is set. A
  // statement that fails is not to be shown, since it has the password.
  require_done(
      run_program({"/bin/sh", "-c", R"(exec "$0" "$@" <create.sql)", programs.path("postgres"),
                   "--single", "-D", data.string(), "-c", "exit_on_error=true", "-c",
                   "log_min_error_statement=panic", kServerAdministrator},
                  variables, unfinished),
      "postgres");
  fs::remove(statements);
  write_private(folder / "pgpass", password_lines(settings, folder, password));
  write_private(folder / "server.json", to_json_text(settings));
  fs::rename(data, folder / "data");
  fs::remove(unfinished);
}

void remove_server(const fs::path& folder) noexcept {
  try {
    for (const char* name : {"data", "pgpass", "server.json", "server.log"}) {
      fs::remove_all(folder / name);
    }
    fs::remove_all(unfinished_server(folder));  // the last: it says that the others are left over
  } catch (const std::exception&) {
    // What cannot be removed stays; the error that led here is the one to report.
  }
}

}  // namespace hpsearch::runner

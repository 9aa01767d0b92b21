#include "storage/postgres/explain.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "storage/postgres/connection.h"
#include "storage/postgres/settings.h"

namespace hpsearch::storage {

std::chrono::seconds lease_time() {
  constexpr int kUsual = 30;
  constexpr int kMost = 3600;
  static const int chosen = [] {
    const char* text = std::getenv("HPSEARCH_LEASE_SECONDS");
    int seconds = 0;
    const bool read = text != nullptr &&
                      std::from_chars(text, text + std::strlen(text), seconds).ec == std::errc();
    return read && seconds >= 1 && seconds <= kMost ? seconds : kUsual;
  }();
  return std::chrono::seconds(chosen);
}

std::string first_line(std::string_view message) {
  const std::size_t begin = std::min(message.find_first_not_of(" \n"), message.size());
  std::string line(message.substr(begin, message.find('\n', begin) - begin));
  for (const char* level : {"FATAL:  ", "ERROR:  ", "FATAL: ", "ERROR: "}) {
    if (const std::size_t place = line.find(level); place != std::string::npos) {
      line.erase(place, std::strlen(level));
    }
  }
  return line;
}

StoreError explain_connect(const std::string& url, const std::string& message) {
  constexpr const char* kRemedies[][2] = {
      {"password authentication failed",
       "check the user in the URL and the password in ~/.pgpass (or PGPASSFILE, PGPASSWORD)"},
      {"no password supplied",
       "put the password into ~/.pgpass (one line: host:port:database:user:password), or name "
       "another file in PGPASSFILE"},
      {"could not translate host name", "check the host in the URL"},
      {"Connection refused", "check the host and the port in the URL, and that the server runs"},
      {"No such file or directory",
       "check the host in the URL, and that the server runs (without a host, libpq looks for a "
       "socket of this machine)"},
      {"timeout expired", "check the host in the URL, and that no firewall is in between"},
      {"pg_hba.conf", "ask the server's administrator to let this host and user in"},
      {"SSL", "choose another sslmode in the URL, such as ?sslmode=require"},
      {"too many", "wait for other programs to end, or raise max_connections of the server"},
      {"connection slots",
       "wait for other programs to end, or raise max_connections of the server"},
  };
  std::string remedy = "check the URL: postgresql://user@host:port/database";
  if (message.find("does not exist") != std::string::npos) {
    remedy = message.find("role") != std::string::npos
                 ? "name another user in the URL (postgresql://user@host/database), or let an "
                   "administrator create this one"
                 : "name another database in the URL, or create this one: createdb";
  }
  for (const auto& [text, advice] : kRemedies) {
    if (message.find(text) != std::string::npos) {
      remedy = advice;
      break;
    }
  }
  return StoreError(fmt::format("{}: cannot connect: {}; {}", url, first_line(message), remedy));
}

StoreError explain_statement(const std::string& url, const PgError& error) {
  const std::string& state = error.state;
  std::string remedy;
  if (error.lost) {
    remedy = "; the connection to the server was lost: run the same command again";
  } else if (state == "42501") {
    remedy =
        "; this user may not do that: let the owner of the database grant it (to create the "
        "tables: GRANT CREATE ON SCHEMA public TO user), or name another user in the URL";
  } else if (state == "25006") {
    remedy = "; this server only reads: name the primary server in the URL";
  } else if (state.starts_with("53")) {
    remedy = "; the server lacks room: free some, and run the same command again";
  } else if (state == "42P07") {
    remedy = "; the database has tables of another program: give hpsearch a database of its own";
  } else if (state.starts_with("42")) {
    remedy =
        "; another program has changed the tables, or they are not those of hpsearch: give it a "
        "database of its own";
  }
  return StoreError(fmt::format("{}: {}{}", url, error.what(), remedy));
}

}  // namespace hpsearch::storage

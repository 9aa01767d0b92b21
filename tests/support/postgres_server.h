// A PostgreSQL server of the tests' own: in a temporary folder, with a socket there and a port of
// this machine.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace hpsearch::test {

class PostgresServer {
 public:
  // The one of this process, started at the first call; null where PostgreSQL is not installed. The
  // server refuses root, so root runs it as the user `postgres` or `nobody`.
  static PostgresServer* instance();

  // One more, for tests that stop it. Null likewise.
  static std::unique_ptr<PostgresServer> start_another();

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // An empty database, by its socket: nobody asks for a password there.
  std::string new_database();
  // The same database by TCP, where the server asks for a password (kPassword for kUser).
  std::string by_tcp(const std::string& url, const std::string& user = kUser) const;
  static constexpr char kUser[] = "hp";
  static constexpr char kPassword[] = "open-sesame-4711";

  // What psql gives: each row as text, its columns joined by '|', NULL as "NULL".
  std::vector<std::string> rows(const std::string& url, const std::string& sql) const;
  // The first row; "no row" if there is none, and empty where psql fails.
  std::string row(const std::string& url, const std::string& sql) const;

  void stop_at_once();  // as a crash
  void start();

 private:
  explicit PostgresServer(std::filesystem::path programs);

  bool as_server(const std::string& command) const;

  TempFolder folder_;
  std::filesystem::path programs_;
  std::string runner_;  // what runs a command as another user
  int port_ = 0;
  int databases_ = 0;
};

}  // namespace hpsearch::test

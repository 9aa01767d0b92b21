#include "tests/support/postgres_server.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hpsearch::test {
namespace {

namespace fs = std::filesystem;

// Where initdb is; empty where there is none.
fs::path find_programs() {
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    if (fs::exists(version.path() / "bin/initdb")) {
      return version.path() / "bin";
    }
  }
  return {};
}

int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  const bool found = bind(probe, plain, size) == 0 && getsockname(probe, plain, &size) == 0;
  close(probe);
  return found ? ntohs(address.sin_port) : 0;
}

std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> part{};
  std::size_t size = 0;
  while (pipe != nullptr && (size = fread(part.data(), 1, part.size(), pipe)) > 0) {
    text.append(part.data(), size);
  }
  if (pipe != nullptr) {
    pclose(pipe);
  }
  return text;
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return result + "'";
}

}  // namespace

PostgresServer* PostgresServer::instance() {
  static const std::unique_ptr<PostgresServer> server = start_another();
  return server.get();
}

std::unique_ptr<PostgresServer> PostgresServer::start_another() {
  const fs::path programs = find_programs();
  return programs.empty() ? nullptr : std::unique_ptr<PostgresServer>(new PostgresServer(programs));
}

PostgresServer::PostgresServer(fs::path programs) : programs_(std::move(programs)) {
  if (geteuid() == 0) {
    const char* user = getpwnam("postgres") != nullptr ? "postgres" : "nobody";
    const passwd* entry = getpwnam(user);
    if (entry == nullptr || chown(folder_.path().c_str(), entry->pw_uid, entry->pw_gid) != 0) {
      throw std::runtime_error("no user for the PostgreSQL server");
    }
    runner_ = std::string("setpriv --reuid=") + user + " --regid=" + std::to_string(entry->pw_gid) +
              " --clear-groups ";
  }
  const std::string data = (folder_.path() / "data").string();
  const std::string password = folder_.write("password", kPassword).string();
  fs::permissions(password, fs::perms::others_read | fs::perms::owner_read);
  if (!as_server((programs_ / "initdb").string() + " -D " + data + " -U " + kUser +
                 " --no-sync -E UTF8 --locale=C.UTF-8 --auth-local=trust "
                 "--auth-host=scram-sha-256 --pwfile=" +
                 password)) {
    throw std::runtime_error("initdb failed");
  }
  start();
}

PostgresServer::~PostgresServer() {
  stop_at_once();
}

bool PostgresServer::as_server(const std::string& command) const {
  const std::string log = (folder_.path() / "log").string();
  // From a folder that the other user may enter.
  return std::system(
             ("cd / && " + runner_ + command + " >> " + log + " 2>&1 < /dev/null").c_str()) == 0;
}

void PostgresServer::start() {
  const std::string data = (folder_.path() / "data").string();
  // The port may be taken between the two: then the next one.
  for (int tries = 0; tries < 5; ++tries) {
    port_ = port_ == 0 ? free_port() : port_;
    const std::string options = "-k " + folder_.path().string() + " -p " + std::to_string(port_) +
                                " -c listen_addresses=127.0.0.1 -c fsync=off "
                                "-c max_connections=100 -c autovacuum=off";
    if (as_server((programs_ / "pg_ctl").string() + " -D " + data + " -w -t 60 -l " +
                  (folder_.path() / "server.log").string() + " -o " + quoted(options) + " start")) {
      return;
    }
    if (databases_ == 0) {
      port_ = 0;
    }
  }
  throw std::runtime_error("the PostgreSQL server does not start: " + folder_.read("server.log"));
}

void PostgresServer::stop_at_once() {
  as_server((programs_ / "pg_ctl").string() + " -D " + (folder_.path() / "data").string() +
            " -m immediate -w stop");
}

std::string PostgresServer::new_database() {
  const std::string name = "test" + std::to_string(databases_++);
  const std::string socket =
      "?host=" + folder_.path().string() + "&port=" + std::to_string(port_) + "&user=" + kUser;
  rows("postgresql:///postgres" + socket, "CREATE DATABASE " + name);
  return "postgresql:///" + name + socket;
}

std::string PostgresServer::by_tcp(const std::string& url, const std::string& user) const {
  const std::string name = url.substr(14, url.find('?') - 14);
  return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + name;
}

std::vector<std::string> PostgresServer::rows(const std::string& url,
                                              const std::string& sql) const {
  std::istringstream lines(output_of("psql -XAtq -P null=NULL -F '|' " + quoted(url) + " -c " +
                                     quoted(sql) + " 2>> " +
                                     (folder_.path() / "psql.log").string()));
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) {
    rows.push_back(line);
  }
  return rows;
}

std::string PostgresServer::row(const std::string& url, const std::string& sql) const {
  const auto all = rows(url, sql);
  return all.empty() ? "" : all.front();
}

}  // namespace hpsearch::test

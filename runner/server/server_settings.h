// Where a server listens, and the files and lines that say so.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hpsearch::runner {

inline constexpr int kPostgresPort = 5432;
// The role that owns the database, and the name of both.
inline constexpr char kServerRole[] = "hpsearch";
// PostgreSQL's own administrator, for the user of the system who has made the server.
inline constexpr char kServerAdministrator[] = "postgres";
inline constexpr char kSocketOnly[] = "socket";

struct ServerSettings {
  int port = kPostgresPort;
  std::string host = kSocketOnly;  // an address beside the socket in the folder, or kSocketOnly
  std::string machine;             // where it was started last

  bool has_address() const { return host != kSocketOnly; }
  // What other machines call the host.
  std::string reachable_host() const;
};

// As the text of a file, and back; empty if that is none.
std::string to_json_text(const ServerSettings& settings);
std::optional<ServerSettings> parse_server_settings(const std::string& text);

// True for what may stand in --host: an address, a name, or * for all.
bool is_host(const std::string& text);

// What clients connect to, without a password: the address, else the socket in `folder`. Needs no
// quotes in a shell.
std::string server_url(const ServerSettings& settings, const std::filesystem::path& folder);

// The lines of a password file (~/.pgpass) for the socket and the address.
std::string password_lines(const ServerSettings& settings,
                           const std::filesystem::path& folder,
                           const std::string& password);

// PostgreSQL's files: what it includes behind its own settings; who may connect; and which user of
// the system is its administrator.
std::string configuration_text(const ServerSettings& settings, const std::filesystem::path& folder);
std::string access_text();
std::string owner_text(const std::string& system_user);

// The statements that make the role and the database, one a line.
std::string creation_text(const std::string& password);

}  // namespace hpsearch::runner

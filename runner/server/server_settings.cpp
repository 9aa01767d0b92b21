#include "runner/server/server_settings.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "runner/server/this_machine.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

bool means_all(const std::string& host) {
  return host == "*" || host == "0.0.0.0" || host == "::";
}

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (std::isalnum(byte) != 0 || c == '.' || c == '-' || c == '_')) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

// With a backslash before each character of `special`.
std::string escaped(const std::string& text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) {
      result += '\\';
    }
    result += c;
  }
  return result;
}

// One quote becomes two.
std::string doubled(const std::string& text, char quote) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == quote) {
      result += quote;
    }
  }
  return result;
}

std::string password_line(const std::string& host, int port, const std::string& password) {
  return fmt::format("{}:{}:{}:{}:{}\n", escaped(host, "\\:"), port, kServerRole, kServerRole,
                     password);
}

}  // namespace

std::string ServerSettings::reachable_host() const {
  return means_all(host) ? machine : host;
}

std::string to_json_text(const ServerSettings& settings) {
  nlohmann::ordered_json json;
  json["port"] = settings.port;
  json["host"] = settings.host;
  json["machine"] = settings.machine;
  return nn::json_text(json) + "\n";
}

std::optional<ServerSettings> parse_server_settings(const std::string& text) {
  const auto json = nn::parse_json(text);
  if (!json.is_object() || !json.contains("port") || !json["port"].is_number_integer() ||
      !json.contains("host") || !json["host"].is_string() || !json.contains("machine") ||
      !json["machine"].is_string()) {
    return std::nullopt;
  }
  ServerSettings settings;
  settings.host = json["host"].get<std::string>();
  settings.machine = json["machine"].get<std::string>();
  const auto port = json["port"].get<std::int64_t>();
  if (port < 1 || port > kMaxPort || !is_host(settings.host)) {
    return std::nullopt;
  }
  settings.port = static_cast<int>(port);
  return settings;
}

bool is_host(const std::string& text) {
  return text == "*" ||
         (!text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x80 &&
                  (std::isalnum(byte) != 0 || c == '.' || c == ':' || c == '-' || c == '_');
         }));
}

std::string server_url(const ServerSettings& settings, const fs::path& folder) {
  const std::string host = settings.reachable_host();
  return fmt::format("postgresql://{}@{}:{}/{}", kServerRole,
                     !settings.has_address()               ? percent_encoded(folder.string())
                     : host.find(':') != std::string::npos ? fmt::format("[{}]", host)
                                                           : host,
                     settings.port, kServerRole);
}

std::string password_lines(const ServerSettings& settings,
                           const fs::path& folder,
                           const std::string& password) {
  std::string text = password_line(folder.string(), settings.port, password);
  if (settings.has_address()) {
    text += password_line(settings.reachable_host(), settings.port, password);
  }
  return text;
}

std::string configuration_text(const ServerSettings& settings, const fs::path& folder) {
  // A list of folders, each in double quotes, as one string in single quotes.
  const std::string folders = fmt::format("\"{}\"", doubled(folder.string(), '"'));
  return fmt::format(
      R"(# Written by `hpsearch server start` at each start. Own settings go into postgresql.conf.
listen_addresses = '{}'
port = {}
unix_socket_directories = '{}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 200
# A worker whose machine has vanished is noticed within some seconds.
tcp_keepalives_idle = 5
tcp_keepalives_interval = 1
tcp_keepalives_count = 3
# Statements are short; compiling them would take longer than they do.
jit = off
# The log goes to the file that the server was started with.
logging_collector = off
log_destination = 'stderr'
log_timezone = 'UTC'
timezone = 'UTC'
)",
      settings.has_address() ? settings.host : "", settings.port,
      escaped(doubled(folders, '\''), "\\"));
}

std::string access_text() {
  return fmt::format(
      R"(# Written by `hpsearch server start` when it made this server.
local  {0}  {0}       scram-sha-256
host   {0}  {0}  all  scram-sha-256
local  all       {1}       peer map=owner
)",
      kServerRole, kServerAdministrator);
}

std::string owner_text(const std::string& system_user) {
  return fmt::format("owner \"{}\" {}\n", doubled(system_user, '"'), kServerAdministrator);
}

std::string creation_text(const std::string& password) {
  return fmt::format("CREATE ROLE {0} LOGIN PASSWORD '{1}'\nCREATE DATABASE {0} OWNER {0}\n",
                     kServerRole, doubled(password, '\''));
}

}  // namespace hpsearch::runner

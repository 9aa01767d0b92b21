// What names a database: a file, or the URL of a PostgreSQL server.
//
// Either travels as a path, which keeps the text of a URL as it is. A password in a URL is taken
// out where the text comes in (without_password), and kept in memory for the connection alone: no
// path ever holds one, so none can be printed, logged or stored.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hpsearch::storage {

// Does the text begin with postgresql:// or postgres://?
bool is_url(const std::filesystem::path& database);

// The text without the password that a URL may have, which kept_password() gives from then on for
// the text that is left. Another text comes back as it is.
std::string without_password(const std::string& text);
std::optional<std::string> kept_password(const std::string& url);

}  // namespace hpsearch::storage

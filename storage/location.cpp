#include "storage/location.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <string_view>

#include "nn/base/utf8.h"

namespace hpsearch::storage {
namespace {

constexpr std::string_view kSchemes[] = {"postgresql://", "postgres://"};

struct Passwords {
  std::mutex mutex;
  std::map<std::string, std::string> by_url;
};

Passwords& passwords() {
  static Passwords kept;
  return kept;
}

// The place behind "scheme://"; npos where the text is no URL.
std::size_t after_scheme(std::string_view text) {
  for (const std::string_view scheme : kSchemes) {
    if (text.starts_with(scheme)) {
      return scheme.size();
    }
  }
  return std::string_view::npos;
}

int hex_digit(char c) {
  const char low = lower_ascii(c);
  return std::isdigit(static_cast<unsigned char>(low)) != 0 ? low - '0'
         : low >= 'a' && low <= 'f'                         ? low - 'a' + 10
                                                            : -1;
}

// %41 is A.
std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    result +=
        escape ? static_cast<char>(16 * hex_digit(text[i + 1]) + hex_digit(text[i + 2])) : text[i];
    i += escape ? 2 : 0;
  }
  return result;
}

// Takes "password=..." out of what follows the question mark.
std::optional<std::string> take_parameter(std::string& url) {
  constexpr std::string_view kKey = "password=";
  const std::size_t query = url.find('?');
  std::size_t begin = query;
  while (begin != std::string::npos && url.compare(begin + 1, kKey.size(), kKey) != 0) {
    begin = url.find('&', begin + 1);
  }
  if (begin == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t end = std::min(url.find('&', begin + 1), url.size());
  const std::size_t value = begin + 1 + kKey.size();
  std::string password = decoded(std::string_view(url).substr(value, end - value));
  // The mark before it stays for what follows.
  url.erase(begin + 1, end - begin);
  if (url.ends_with('?') || url.ends_with('&')) {
    url.pop_back();
  }
  return password;
}

}  // namespace

bool is_url(const std::filesystem::path& database) {
  return after_scheme(database.native()) != std::string_view::npos;
}

std::string without_password(const std::string& text) {
  const std::size_t begin = after_scheme(text);
  if (begin == std::string::npos) {
    return text;
  }
  std::string url = text;
  const std::size_t authority = std::min(url.find_first_of("/?", begin), url.size());
  // What is before the last @ names the user: a password may have an @ of its own.
  const std::size_t at = authority == begin ? std::string::npos : url.rfind('@', authority - 1);
  std::optional<std::string> password;
  if (at != std::string::npos && at >= begin) {
    const std::size_t colon = url.find(':', begin);
    if (colon < at) {
      password = decoded(std::string_view(url).substr(colon + 1, at - colon - 1));
      url.erase(colon, at - colon);
    }
  }
  if (auto parameter = take_parameter(url)) {
    password = std::move(parameter);
  }
  if (password) {
    Passwords& kept = passwords();
    const std::lock_guard lock(kept.mutex);
    kept.by_url.insert_or_assign(url, *password);
  }
  return url;
}

std::optional<std::string> kept_password(const std::string& url) {
  Passwords& kept = passwords();
  const std::lock_guard lock(kept.mutex);
  const auto found = kept.by_url.find(url);
  return found == kept.by_url.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace hpsearch::storage

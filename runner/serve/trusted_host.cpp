#include "runner/serve/trusted_host.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "nn/base/utf8.h"

namespace hpsearch::runner {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return lower_ascii(a) == lower_ascii(b);
}

// inet_pton() reads up to the first NUL, so a text that contains one is no address.
bool is_address(std::string_view text, int family) {
  in6_addr address{};  // large enough for both families
  return text.find('\0') == std::string_view::npos &&
         inet_pton(family, std::string(text).c_str(), &address) == 1;
}

// The text after the host: empty, or a colon and a port.
bool is_port(std::string_view text) {
  if (text.empty()) {
    return true;
  }
  int port = 0;
  const char* const end = text.data() + text.size();
  const bool digits = text.size() > 1 && text.front() == ':' &&
                      std::all_of(text.begin() + 1, text.end(),
                                  [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits && std::from_chars(text.data() + 1, end, port).ec == std::errc() && port <= 65535;
}

}  // namespace

bool is_trusted_host(std::string_view header, std::string_view machine) {
  const bool bracketed = header.starts_with('[');
  const std::size_t end = bracketed ? header.find(']') : std::min(header.find(':'), header.size());
  if (end == std::string_view::npos) {
    return false;
  }
  if (bracketed) {
    return is_address(header.substr(1, end - 1), AF_INET6) && is_port(header.substr(end + 1));
  }
  const std::string_view host = header.substr(0, end);
  const bool known = !host.empty() && (is_address(host, AF_INET) || same_name(host, "localhost") ||
                                       same_name(host, machine));
  return known && is_port(header.substr(end));
}

}  // namespace hpsearch::runner

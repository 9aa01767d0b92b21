#include "runner/server/this_machine.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runner/process/descriptor.h"

namespace hpsearch::runner {
namespace {

// Binds without listening, for a moment; the port, or nothing if it is taken. 0: any.
std::optional<int> bound_port(int port) {
  const Descriptor file(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the interface of sockets
  if (!file.is_open() || bind(file.get(), plain, size) != 0 ||
      getsockname(file.get(), plain, &size) != 0) {
    return std::nullopt;
  }
  return ntohs(address.sin_port);
}

}  // namespace

std::string machine_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::string system_user() {
  std::vector<char> space(16'384);
  passwd entry{};
  passwd* found = nullptr;
  return getpwuid_r(geteuid(), &entry, space.data(), space.size(), &found) == 0 && found != nullptr
             ? found->pw_name
             : "";
}

int free_port(int preferred) {
  return bound_port(preferred).value_or(bound_port(0).value_or(preferred));
}

std::string random_password() {
  std::array<std::uint8_t, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "cannot make a password");
  }
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

}  // namespace hpsearch::runner

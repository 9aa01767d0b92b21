// HTTP by plain sockets, byte by byte as a test wants it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hpsearch::runner {

inline sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Owns a socket.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {
    if (fd < 0) {
      throw std::runtime_error("no socket");
    }
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// One connection to this machine.
class HttpClient {
 public:
  explicit HttpClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in address = loopback(port);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the C interface asks for
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
        0) {
      throw std::runtime_error("cannot connect");
    }
  }

  void send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (count < 0) {
        throw std::runtime_error("cannot send");
      }
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  // Until the server closes the connection.
  std::string read_all() const {
    std::string text;
    char piece[4096];
    for (ssize_t count = 0; (count = ::recv(socket_.get(), piece, sizeof(piece), 0)) > 0;) {
      text.append(piece, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  Socket socket_;
};

// The whole response to a GET.
inline std::string http_get(int port,
                            const std::string& path,
                            const std::string& host = "localhost",
                            const std::string& more = "") {
  const HttpClient client(port);
  client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n");
  return client.read_all();
}

}  // namespace hpsearch::runner

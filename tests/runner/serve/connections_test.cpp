#include "runner/serve/connections.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/serve/http_client.h"

namespace hpsearch::runner {
namespace {

constexpr int kHour = 3600;

// A server on a free port until the end of the test. Its clients have an hour for everything, so
// that whatever is answered did not wait for another one's time to run out.
class Running {
 public:
  explicit Running(Answer answer, ConnectionLimits limits = patient())
      : answer_(std::move(answer)) {
    Socket listener(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the C interface asks for
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener.get(), plain, size) != 0 || ::listen(listener.get(), 128) != 0 ||
        ::getsockname(listener.get(), plain, &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, limits, fd = listener.release()](const std::stop_token& stop) {
      serve_connections(
          fd, answer_, 2, stop, [] {}, limits);
    });
  }

  static ConnectionLimits patient() {
    ConnectionLimits limits;
    limits.head_seconds = limits.stall_seconds = kHour;
    return limits;
  }

  int port() const { return port_; }
  std::string ask() const { return http_get(port_, "/"); }

 private:
  Answer answer_;
  int port_ = 0;
  std::jthread thread_;
};

std::string yes(const std::string& /*head*/) {
  return "yes";
}

TEST(Connections, AnswerWhileOthersHaveSentNothingOrHalfAHead) {
  const Running server(yes);
  std::vector<HttpClient> idle;
  for (int i = 0; i < 50; ++i) {
    idle.emplace_back(server.port());
    idle.back().send(i % 2 == 0 ? "" : "GET / HTTP/1.1\r\nHost: loc");
  }
  EXPECT_EQ(server.ask(), "yes");
  // More than there is room for: the oldest give way.
  for (int i = 0; i < 200; ++i) {
    idle.emplace_back(server.port());
  }
  EXPECT_EQ(server.ask(), "yes");
  EXPECT_EQ(idle.front().read_all(), "");
}

TEST(Connections, CloseWhereAHeadDoesNotArriveInTime) {
  ConnectionLimits limits;
  limits.head_seconds = 1;
  const Running server(yes, limits);
  const HttpClient slow(server.port());
  slow.send("GET / HT");
  EXPECT_EQ(slow.read_all(), "");
}

TEST(Connections, AnswerWhileOthersDoNotReadTheirAnswers) {
  // More than the system keeps for a socket, so that all of them wait for their clients.
  const std::string large(8U << 20, 'x');
  ConnectionLimits limits = Running::patient();
  limits.waiting_bytes = 3 * large.size();
  const Running server([&](const std::string&) { return large; }, limits);
  std::vector<HttpClient> idle;
  for (int i = 0; i < 20; ++i) {
    idle.emplace_back(server.port());
    idle.back().send("GET / HTTP/1.1\r\n\r\n");
  }
  EXPECT_EQ(server.ask().size(), large.size());
}

TEST(Connections, WaitForTheWholeHeadAndPassItOnUnchanged) {
  const Running server([](std::string head) { return head; });
  const HttpClient client(server.port());
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n";
  for (const char c : head) {
    client.send(std::string(1, c));
  }
  EXPECT_EQ(client.read_all(), head);
}

TEST(Connections, PassOnTheBeginningOfAHeadThatIsTooLong) {
  const Running server([](const std::string& head) { return std::to_string(head.size() > 16384); });
  const HttpClient client(server.port());
  client.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
  EXPECT_EQ(client.read_all(), "1");
}

TEST(Connections, AnswerArrivesThoughTheClientStillSendsABody) {
  const Running server(yes);
  const HttpClient client(server.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\n");
  client.send(std::string(300'000, 'x'));
  EXPECT_EQ(client.read_all(), "yes");
}

TEST(Connections, ManyClientsAtOnceAreAllAnswered) {
  std::atomic<int> asked = 0;
  const Running server([&](const std::string&) { return std::to_string(asked++); });
  std::vector<std::jthread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int n = 0; n < 25; ++n) {
        answered += server.ask().empty() ? 0 : 1;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(answered, 200);
}

}  // namespace
}  // namespace hpsearch::runner

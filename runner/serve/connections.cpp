#include "runner/serve/connections.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runner/serve/answer_pool.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr std::size_t kPiece = 64 << 10;
// A client that is still sending would take a sudden end for an error and lose the answer: so what
// it sends is read and dropped, up to these limits.
constexpr int kDrainSeconds = 1;
constexpr std::size_t kMostDrained = 1 << 20;
constexpr auto kPauseAfterRefusal = std::chrono::milliseconds(50);

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Connection {
  enum class Phase { kReading, kAnswering, kWriting, kDraining };

  Descriptor socket;
  Clock::time_point deadline;  // while the client is waited for
  Phase phase = Phase::kReading;
  std::string text = {};  // the head, then the response
  std::size_t sent = 0;
  std::size_t drained = 0;
};

using Phase = Connection::Phase;

// The end of a head: an empty line. Lines may end in LF alone, as some clients send.
bool is_whole(const std::string& head) {
  return head.find("\r\n\r\n") != std::string::npos || head.find("\n\n") != std::string::npos;
}

bool would_block() {
  return errno == EAGAIN || errno == EINTR;
}

class Table {
 public:
  Table(int listener, const Answer& answer, int threads, const ConnectionLimits& limits)
      : limits_(limits),
        listener_(listener),
        waker_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        pool_(answer, threads, [this] { wake(); }) {
    const int flags = ::fcntl(listener, F_GETFL);
    if (waker_.get() < 0 || flags < 0 || ::fcntl(listener, F_SETFL, flags | O_NONBLOCK) < 0) {
      throw std::system_error(errno, std::generic_category());
    }
  }

  void wake() {
    const std::uint64_t one = 1;
    std::ignore = ::write(waker_.get(), &one, sizeof(one));  // full: it wakes anyway
  }

  // Waits for the next events and handles them.
  void turn() {
    std::vector<pollfd> polled{{waker_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    std::vector<std::uint64_t> ids{0, 0};
    polled[1].events = Clock::now() < accept_again_ ? 0 : POLLIN;
    for (const auto& [id, connection] : connections_) {
      // While its answer is made, there is nothing to hear from a client.
      if (connection.phase != Phase::kAnswering) {
        const bool writes = connection.phase == Phase::kWriting;
        polled.push_back(
            {connection.socket.get(), static_cast<short>(writes ? POLLOUT : POLLIN), 0});
        ids.push_back(id);
      }
    }
    if (::poll(polled.data(), polled.size(), milliseconds_to_wait()) > 0) {
      if (polled[0].revents != 0) {
        std::uint64_t count = 0;
        std::ignore = ::read(waker_.get(), &count, sizeof(count));
      }
      for (std::size_t i = 2; i < polled.size(); ++i) {
        if (polled[i].revents != 0) {
          advance(ids[i]);
        }
      }
      if (polled[1].revents != 0) {
        accept_all();
      }
    }
    for (auto& [id, response] : pool_.take()) {
      begin_writing(id, std::move(response));
    }
    std::erase_if(connections_, [now = Clock::now()](const auto& item) {
      return item.second.phase != Phase::kAnswering && item.second.deadline <= now;
    });
  }

 private:
  int milliseconds_to_wait() const {
    auto until = Clock::now() + seconds(60);
    if (accept_again_ > Clock::now()) {
      until = accept_again_;
    }
    for (const auto& [id, connection] : connections_) {
      if (connection.phase != Phase::kAnswering) {
        until = std::min(until, connection.deadline);
      }
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, wait.count()));
  }

  void accept_all() {
    while (true) {
      Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.get() >= 0) {
        if (make_room()) {
          const std::uint64_t id = next_++;
          connections_.emplace(
              id, Connection{std::move(socket), Clock::now() + seconds(limits_.head_seconds)});
          // Read before the next is accepted: what has sent its head is safe from make_room().
          advance(id);
        }
        continue;
      }
      if (errno == ECONNABORTED || errno == EINTR) {
        continue;  // that client has gone; there may be others
      }
      if (!would_block()) {
        // No descriptor is free: the connection that waits longest gives up its own.
        close_one({Phase::kDraining, Phase::kReading, Phase::kWriting});
        accept_again_ = Clock::now() + kPauseAfterRefusal;
      }
      return;
    }
  }

  // False if all connections are being answered, which ends by itself.
  bool make_room() {
    return connections_.size() < limits_.connections ||
           close_one({Phase::kDraining, Phase::kReading, Phase::kWriting});
  }

  // Closes the oldest connection of the first phase that has any. A client that sends its request
  // at once is hardly ever among the oldest.
  bool close_one(std::initializer_list<Phase> phases) {
    for (const Phase phase : phases) {
      const auto oldest =
          std::find_if(connections_.begin(), connections_.end(),
                       [&](const auto& item) { return item.second.phase == phase; });
      if (oldest != connections_.end()) {
        connections_.erase(oldest);
        return true;
      }
    }
    return false;
  }

  void advance(std::uint64_t id) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) {
      return;
    }
    Connection& connection = found->second;
    const bool open = connection.phase == Phase::kReading   ? read_head(id, connection)
                      : connection.phase == Phase::kWriting ? write_some(connection)
                                                            : drain(connection);
    if (!open) {
      connections_.erase(found);
    }
  }

  // These return whether the connection stays open.

  bool read_head(std::uint64_t id, Connection& connection) {
    char piece[4096];
    const ssize_t count = ::recv(connection.socket.get(), piece, sizeof(piece), 0);
    if (count <= 0) {
      return count < 0 && would_block();
    }
    connection.text.append(piece, static_cast<std::size_t>(count));
    if (is_whole(connection.text) || connection.text.size() > limits_.head_bytes) {
      connection.phase = Phase::kAnswering;
      pool_.ask(id, std::exchange(connection.text, {}));
    }
    return true;
  }

  bool write_some(Connection& connection) {
    while (connection.sent < connection.text.size()) {
      const std::size_t size = std::min(kPiece, connection.text.size() - connection.sent);
      const ssize_t count = ::send(connection.socket.get(),
                                   connection.text.data() + connection.sent, size, MSG_NOSIGNAL);
      if (count < 0) {
        return would_block();
      }
      // A byte now and then is no progress: only a whole piece gives more time.
      const std::size_t before = connection.sent / kPiece;
      connection.sent += static_cast<std::size_t>(count);
      if (connection.sent / kPiece > before) {
        connection.deadline = Clock::now() + seconds(limits_.stall_seconds);
      }
    }
    connection.text = {};
    connection.phase = Phase::kDraining;
    connection.deadline = Clock::now() + seconds(kDrainSeconds);
    return ::shutdown(connection.socket.get(), SHUT_WR) == 0;
  }

  static bool drain(Connection& connection) {
    char piece[4096];
    const ssize_t count = ::recv(connection.socket.get(), piece, sizeof(piece), 0);
    if (count <= 0) {
      return count < 0 && would_block();
    }
    connection.drained += static_cast<std::size_t>(count);
    return connection.drained <= kMostDrained;
  }

  void begin_writing(std::uint64_t id, std::string response) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) {
      return;
    }
    Connection& connection = found->second;
    connection.phase = Phase::kWriting;
    connection.deadline = Clock::now() + seconds(limits_.stall_seconds);
    connection.text = std::move(response);
    if (connection.text.empty() || !write_some(connection)) {
      connections_.erase(found);
      return;
    }
    limit_waiting(id);
  }

  // Clients that do not read their answers give way to the newest one, `id`.
  void limit_waiting(std::uint64_t id) {
    std::size_t waiting = 0;
    for (const auto& [other, connection] : connections_) {
      waiting += connection.phase == Phase::kWriting ? connection.text.size() : 0;
    }
    for (auto it = connections_.begin();
         it != connections_.end() && waiting > limits_.waiting_bytes;) {
      if (it->second.phase == Phase::kWriting && it->first != id) {
        waiting -= it->second.text.size();
        it = connections_.erase(it);
      } else {
        ++it;
      }
    }
  }

  ConnectionLimits limits_;
  Descriptor listener_;
  Descriptor waker_;
  std::map<std::uint64_t, Connection> connections_;  // by age
  std::uint64_t next_ = 1;
  Clock::time_point accept_again_ = {};
  AnswerPool pool_;  // last: its threads use waker_
};

}  // namespace

void serve_connections(int listener,
                       const Answer& answer,
                       int threads,
                       const std::stop_token& stop,
                       const std::function<void()>& ready,
                       const ConnectionLimits& limits) {
  try {
    Table table(listener, answer, threads, limits);
    const std::stop_callback wake(stop, [&] { table.wake(); });
    ready();
    while (!stop.stop_requested()) {
      table.turn();
    }
  } catch (const std::system_error& error) {
    throw std::runtime_error(
        std::string("the system refuses what the page server needs, threads or open files (") +
        error.code().message() + "); raise its limits (ulimit -u, ulimit -n, ulimit -v)");
  }
}

}  // namespace hpsearch::runner

// The connections of HTTP clients. One thread reads and writes all of them without waiting for any,
// so a client that is slow, idle or greedy costs a slot in a table and never a thread.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

namespace hpsearch::runner {

struct ConnectionLimits {
  std::size_t connections = 64;          // beyond them, the one that waits longest is closed
  std::size_t head_bytes = 16 << 10;     // a longer head is answered as far as it was read
  std::size_t waiting_bytes = 64 << 20;  // answers that clients have not read yet
  int head_seconds = 3;                  // for a whole head to arrive
  int stall_seconds = 10;                // for a client to read the next 64 KiB
};

// Returns the whole response, status line included, to the head of a request: its first line and
// its headers, up to the empty line or the limit. An empty response closes the connection. Called
// by several threads; must not throw.
using Answer = std::function<std::string(std::string head)>;

// Serves the clients of a listening socket until `stop`: each connection has one request, and is
// closed after its answer. Bodies of requests are not read. Takes the socket over. `threads` other
// threads call `answer`; `ready` is called once they run. Throws std::runtime_error if the system
// gives it no threads or descriptors.
void serve_connections(int listener,
                       const Answer& answer,
                       int threads,
                       const std::stop_token& stop,
                       const std::function<void()>& ready,
                       const ConnectionLimits& limits = {});

}  // namespace hpsearch::runner

// Serves the live report page over HTTP. The only user of cpp-httplib.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace hpsearch::runner {

struct ServerOptions {
  std::filesystem::path database;
  std::string host = "127.0.0.1";  // the address to listen on
  int port = 0;                    // 0: any free port
};

// What serve_pages() reports. Both are optional.
struct ServerEvents {
  // Gets the page's address as soon as the server listens.
  std::function<void(const std::string& address)> ready = {};
  // Gets the reason why a request failed, once for each reason. Called from other threads, one at a
  // time. Clients learn only that a request failed: the reason may reveal files and their content.
  std::function<void(const std::string& cause)> trouble = {};
};

// Answers GET requests for the page ("/"), for a sweep's data ("/api/sweep?name=NAME", default the
// newest) and for a comparison ("/api/compare?a=NAME&b=NAME") until `stop`, then returns within
// about a second. Writes nothing. Slow and idle clients do not keep others waiting (connections.h).
// Throws storage::StoreError if the database cannot be shown (one that does not exist yet can), and
// std::runtime_error if it cannot listen there.
void serve_pages(const ServerOptions& options,
                 const std::stop_token& stop,
                 const ServerEvents& events);

}  // namespace hpsearch::runner

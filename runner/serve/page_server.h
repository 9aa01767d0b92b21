// The report page over HTTP, live while a sweep runs. Owner of cpp-httplib.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace hpsearch::runner {

struct ServerOptions {
  std::filesystem::path database;
  std::string host = "127.0.0.1";  // the address to listen on
  int port = 0;                    // 0: any that is free
};

// What serve_pages() tells. Both are optional.
struct ServerEvents {
  // The page's address, once it can be asked for.
  std::function<void(const std::string& address)> ready = {};
  // Why a request could not be answered, once for each cause. Called from other threads, one at a
  // time. Clients only hear that it happened: the cause may tell them of files and their content.
  std::function<void(const std::string& cause)> trouble = {};
};

// Answers GET requests for the page ("/"), for a sweep's data ("/api/sweep?name=NAME", without a
// name the newest) and for two sweeps beside each other ("/api/compare?a=NAME&b=NAME"), until
// `stop`; then ends within about a second. Reads the database anew at each request that finds it
// changed, and writes nothing. Slow and idle clients do not keep others waiting (connections.h).
// Throws storage::StoreError for a database that cannot be shown (one that does not exist yet can),
// and std::runtime_error if the address cannot be listened on.
void serve_pages(const ServerOptions& options,
                 const std::stop_token& stop,
                 const ServerEvents& events);

}  // namespace hpsearch::runner

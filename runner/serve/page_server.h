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

// Answers GET requests for the page ("/"), for a sweep's data ("/api/sweep?name=NAME", without a
// name the newest) and for two sweeps beside each other ("/api/compare?a=NAME&b=NAME"), until
// `stop`; then ends within about a second. Reads the database anew at each request that finds it
// changed, and writes nothing. `ready` hears the page's address once it can be asked for. Throws
// std::runtime_error where nobody can listen there.
void serve_pages(const ServerOptions& options,
                 const std::stop_token& stop,
                 const std::function<void(const std::string& address)>& ready);

}  // namespace hpsearch::runner

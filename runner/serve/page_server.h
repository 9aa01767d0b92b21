// Serves the live report page over HTTP. The only user of cpp-httplib.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace hpsearch::runner {

struct ServerOptions {
  std::filesystem::path database;
  std::string host = "127.0.0.1";  // the address to listen on
  int port = 0;                    // 0: any free port
};

// Answers GET requests for the page ("/"), for a sweep's data ("/api/sweep?name=NAME", default the
// newest) and for a comparison ("/api/compare?a=NAME&b=NAME") until `stop`, then returns within
// about a second. Writes nothing. Calls `ready` with the page's address as soon as it listens.
// Throws std::runtime_error if it cannot listen there.
void serve_pages(const ServerOptions& options,
                 const std::stop_token& stop,
                 const std::function<void(const std::string& address)>& ready);

// True if a request with this Host header may be answered: it names an IP address, `localhost` or
// this machine. This prevents DNS rebinding, where a foreign site points its own name at this
// server to read it through the user's browser.
bool is_trusted_host(std::string_view header, std::string_view machine);

}  // namespace hpsearch::runner

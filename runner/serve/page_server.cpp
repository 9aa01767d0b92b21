#include "runner/serve/page_server.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <httplib.h>
#include <malloc.h>
#include <netdb.h>

#include "reports/page/html_page.h"
#include "runner/run/environment.h"
#include "runner/serve/connections.h"
#include "runner/serve/live_pages.h"
#include "runner/serve/trusted_host.h"

namespace hpsearch::runner {
namespace {

// The cores are for training, but a large sweep's page takes seconds to make, and the requests for
// that one wait for each other: others need threads meanwhile.
constexpr int kThreads = 4;

// glibc gives each thread memory of its own and keeps what that once needed. As any thread may make
// the page of a large sweep, that came to several copies of it.
void share_memory_between_threads() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
#endif
}

const char kText[] = "text/plain; charset=utf-8";
const char kFailed[] = "this cannot be shown; the terminal of hpsearch serve says why";

// Headers that keep other sites from framing or reading the page and its data.
void add_security_headers(httplib::Response& response) {
  response.set_header("Content-Security-Policy",
                      reports::live_policy() + "; frame-ancestors 'none'");
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("X-Frame-Options", "DENY");
  response.set_header("Referrer-Policy", "no-referrer");
  response.set_header("Cross-Origin-Opener-Policy", "same-origin");
  response.set_header("Cross-Origin-Resource-Policy", "same-origin");
  response.set_header("Cache-Control", "no-store");
}

void answer(httplib::Response& response, int status, const std::string& text) {
  response.status = status;
  response.set_content(text + "\n", kText);
}

void answer(const httplib::Request& request,
            httplib::Response& response,
            const LivePages::Answer& found) {
  if (found.status != 200) {
    answer(response, found.status, found.body);
    return;
  }
  if (!found.version.empty()) {
    response.set_header("ETag", found.version);
    if (request.get_header_value("If-None-Match") == found.version) {
      response.status = 304;
      return;
    }
  }
  response.set_content(found.body, "application/json");
}

// Causes of failed requests, each passed on once.
class Troubles {
 public:
  explicit Troubles(std::function<void(const std::string&)> hear) : hear_(std::move(hear)) {}

  void report(const std::string& cause) {
    constexpr std::size_t kMost = 100;  // a sweep that changes may fail in ever new words
    const std::lock_guard lock(mutex_);
    if (hear_ && known_.size() < kMost && known_.insert(cause).second) {
      hear_(cause);
    }
  }

 private:
  std::mutex mutex_;
  std::function<void(const std::string&)> hear_;
  std::set<std::string> known_;
};

// A request and its response in memory, for httplib to work on.
class MemoryStream : public httplib::Stream {
 public:
  explicit MemoryStream(std::string head) : head_(std::move(head)) {}

  bool is_readable() const override { return at_ < head_.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t count = head_.copy(to, size, at_);
    at_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, std::size_t size) override {
    response_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  socket_t socket() const override { return -1; }

  std::string take_response() { return std::move(response_); }

 private:
  std::string head_;
  std::size_t at_ = 0;
  std::string response_;
};

// httplib reads requests, chooses the handler and writes responses; connections.h does the rest.
class Server : public httplib::Server {
 public:
  // The socket that it is bound to, which the caller takes over.
  int take_listener() { return svr_sock_.exchange(-1); }

  std::string respond(std::string head) {
    MemoryStream stream(std::move(head));
    bool closed = false;
    process_request(stream, true, closed, nullptr);
    return stream.take_response();
  }
};

std::string plain_response(const char* status, std::string_view sentence) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}\n",
      status, kText, sentence.size() + 1, sentence);
}

// NUL and its relatives have no place in a request, and libraries disagree about what follows them.
bool is_text(const std::string& head) {
  return std::none_of(head.begin(), head.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7F;
  });
}

// Throws std::runtime_error if no such host is known.
void require_host(const std::string& host) {
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (error != 0) {
    throw std::runtime_error(fmt::format(
        "--host {}: {}; give an address of this machine, such as 127.0.0.1, or leave --host out",
        host, gai_strerror(error)));
  }
  freeaddrinfo(found);
}

std::string respond(Server& server, Troubles& troubles, std::string head) {
  if (!is_text(head)) {
    return plain_response("400 Bad Request", "a request consists of text");
  }
  try {
    return server.respond(std::move(head));
  } catch (const std::exception& error) {
    troubles.report(error.what());
    return plain_response("500 Internal Server Error", kFailed);
  }
}

void add_routes(Server& server, LivePages& pages, Troubles& troubles, const std::string& machine) {
  server.set_pre_routing_handler(
      [machine](const httplib::Request& request, httplib::Response& response) {
        add_security_headers(response);
        if (request.get_header_value_count("Host") != 1 ||
            !is_trusted_host(request.get_header_value("Host"), machine)) {
          answer(response, 403, "refused: this host name does not belong to this machine");
          return httplib::Server::HandlerResponse::Handled;
        }
        if (request.method != "GET" && request.method != "HEAD") {
          response.set_header("Allow", "GET, HEAD");
          answer(response, 405, "this server is read-only: use GET or HEAD");
          return httplib::Server::HandlerResponse::Handled;
        }
        return httplib::Server::HandlerResponse::Unhandled;
      });
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(reports::live_page(), "text/html; charset=utf-8");
  });
  server.Get("/api/sweep", [&pages](const httplib::Request& request, httplib::Response& response) {
    answer(request, response,
           pages.sweep(request.has_param("name") ? std::optional(request.get_param_value("name"))
                                                 : std::nullopt));
  });
  server.Get("/api/compare",
             [&pages](const httplib::Request& request, httplib::Response& response) {
               answer(request, response,
                      pages.compare(request.get_param_value("a"), request.get_param_value("b")));
             });
  server.set_exception_handler([&troubles](const httplib::Request&, httplib::Response& response,
                                           const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      troubles.report(error.what());
    } catch (...) {
      troubles.report("an unknown error");
    }
    answer(response, 500, kFailed);
  });
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) {
      response.set_content("not found; the page is at /\n", kText);
    }
  });
}

}  // namespace

void serve_pages(const ServerOptions& options,
                 const std::stop_token& stop,
                 const ServerEvents& events) {
  share_memory_between_threads();
  Troubles troubles(events.trouble);
  LivePages pages(options.database, [&](const std::string& cause) { troubles.report(cause); });
  pages.require_showable();
  Server server;
  // Without SO_REUSEPORT, which would silently let two servers share an address.
  server.set_socket_options([](auto socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  add_routes(server, pages, troubles, host_name());
  int port = options.port;
  if (port == 0) {
    port = server.bind_to_any_port(options.host.c_str());
  } else if (!server.bind_to_port(options.host.c_str(), port)) {
    port = -1;
  }
  if (port < 0) {
    require_host(options.host);
    throw std::runtime_error(
        fmt::format("cannot listen on {} port {}: it may be in use; choose another with --port, or "
                    "--port 0 for any free one",
                    options.host, options.port));
  }
  const bool number_6 = options.host.find(':') != std::string::npos;
  const std::string host = number_6 ? fmt::format("[{}]", options.host) : options.host;
  const std::string address = fmt::format("http://{}:{}/", host, port);
  serve_connections(
      server.take_listener(),
      [&](std::string head) { return respond(server, troubles, std::move(head)); }, kThreads, stop,
      [&] {
        if (events.ready) {
          events.ready(address);
        }
      });
}

}  // namespace hpsearch::runner

#include "runner/serve/page_server.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <httplib.h>

#include "reports/page/html_page.h"
#include "runner/run/environment.h"
#include "runner/serve/live_pages.h"
#include "runner/serve/trusted_host.h"

namespace hpsearch::runner {
namespace {

constexpr int kThreads = 2;  // the machine's cores are for training
constexpr int kIdleSeconds = 1;

const char kText[] = "text/plain; charset=utf-8";

// What a browser is to keep others from doing with the page and its data.
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

// Answers until `stop`. The server knows no stop before it listens, hence the second thread.
void listen(httplib::Server& server, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool ended = false;
  const std::jthread listener([&] {
    server.listen_after_bind();
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, stop, [&] { return ended; });
  while (!ended) {
    server.stop();  // nothing, where it has not begun yet
    changed.wait_for(lock, std::chrono::milliseconds(10), [&] { return ended; });
  }
}

void add_routes(httplib::Server& server, LivePages& pages, const std::string& machine) {
  server.set_pre_routing_handler(
      [machine](const httplib::Request& request, httplib::Response& response) {
        add_security_headers(response);
        if (request.get_header_value_count("Host") != 1 ||
            !is_trusted_host(request.get_header_value("Host"), machine)) {
          answer(response, 403, "this name does not belong to this machine");
          return httplib::Server::HandlerResponse::Handled;
        }
        if (request.method != "GET" && request.method != "HEAD") {
          response.set_header("Allow", "GET, HEAD");
          answer(response, 405, "this server only shows: GET is all that it answers");
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
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.body.empty()) {
      response.set_content("there is nothing here; the page is at /\n", kText);
    }
  });
}

}  // namespace

void serve_pages(const ServerOptions& options,
                 const std::stop_token& stop,
                 const std::function<void(const std::string& address)>& ready) {
  LivePages pages(options.database);
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_timeout(kIdleSeconds);
  server.set_read_timeout(kIdleSeconds);
  server.set_payload_max_length(0);
  // Without SO_REUSEPORT, which lets two servers share an address without a word.
  server.set_socket_options([](auto socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  add_routes(server, pages, host_name());
  int port = options.port;
  if (port == 0) {
    port = server.bind_to_any_port(options.host.c_str());
  } else if (!server.bind_to_port(options.host.c_str(), port)) {
    port = -1;
  }
  if (port < 0) {
    throw std::runtime_error(
        fmt::format("nobody can listen on {} port {}: perhaps another program does; choose another "
                    "with --port, or --port 0 for any that is free",
                    options.host, options.port));
  }
  const bool number_6 = options.host.find(':') != std::string::npos;
  const std::string host = number_6 ? fmt::format("[{}]", options.host) : options.host;
  ready(fmt::format("http://{}:{}/", host, port));
  listen(server, stop);
}

}  // namespace hpsearch::runner

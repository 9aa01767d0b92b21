#include "storage/stop_request.h"

#include <utility>

namespace hpsearch::storage {
namespace {

std::function<void()>& listener() {
  static std::function<void()> stop;
  return stop;
}

}  // namespace

void on_stop_request(std::function<void()> stop) {
  listener() = std::move(stop);
}

void tell_of_stop_request() {
  if (const auto& stop = listener()) {
    stop();
  }
}

}  // namespace hpsearch::storage

#include "storage/wait_notice.h"

#include <utility>

#include "storage/notices.h"

namespace hpsearch::storage {
namespace {

std::function<void(const std::string&)>& wait_listener() {
  static std::function<void(const std::string&)> listener;
  return listener;
}

}  // namespace

void tell_of_waits(std::function<void(const std::string&)> tell) {
  wait_listener() = std::move(tell);
}

void tell_of_wait(const std::string& sentence) {
  if (const auto& listener = wait_listener()) {
    listener(sentence);
  }
}

}  // namespace hpsearch::storage

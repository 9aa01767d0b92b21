#include "runner/process/output_tail.h"

#include <algorithm>

namespace hpsearch::runner {

void Tail::add(std::string_view bytes) {
  total_ += bytes.size();
  if (bytes.size() >= capacity_) {
    bytes_ = bytes.substr(bytes.size() - capacity_);
    begin_ = 0;
    return;
  }
  const std::size_t appended = std::min(bytes.size(), capacity_ - bytes_.size());
  bytes_.append(bytes.substr(0, appended));
  bytes.remove_prefix(appended);
  while (!bytes.empty()) {  // twice at most: up to the ring's end, and from its beginning
    const std::size_t count = std::min(bytes.size(), capacity_ - begin_);
    std::copy_n(bytes.data(), count, bytes_.data() + begin_);
    begin_ = (begin_ + count) % capacity_;
    bytes.remove_prefix(count);
  }
}

std::string Tail::text() const {
  return bytes_.substr(begin_) + bytes_.substr(0, begin_);
}

void OutputTail::add_errors(std::string_view bytes) {
  all_.add(bytes);
  errors_.add(bytes);
}

std::string OutputTail::last_errors() const {
  std::string text = errors_.text();
  if (errors_.dropped() > 0) {
    const std::size_t line_end = text.find('\n');
    if (line_end != std::string::npos && line_end + 1 < text.size()) {
      text.erase(0, line_end + 1);
    }
  }
  return text;
}

}  // namespace hpsearch::runner

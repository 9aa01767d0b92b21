#include "runner/process/line_splitter.h"

#include <algorithm>
#include <utility>

namespace hpsearch::runner {

void LineSplitter::add(std::string_view bytes) {
  bytes_.assign(bytes);
  begin_ = 0;
}

bool LineSplitter::next(std::string& line) {
  const std::string_view rest = std::string_view(bytes_).substr(begin_);
  const std::size_t end = rest.find('\n');
  const std::string_view part = rest.substr(0, end);
  line_.append(part.substr(0, kMaxLine - line_.size()));
  any_ = any_ || !rest.empty();
  begin_ += part.size() + (end == std::string_view::npos ? 0 : 1);
  if (end == std::string_view::npos && !(finished_ && any_)) {
    return false;
  }
  line = std::exchange(line_, {});
  any_ = false;
  return true;
}

}  // namespace hpsearch::runner

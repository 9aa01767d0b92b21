#include "runner/console/output.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "nn/base/utf8.h"
#include "reports/text/paint.h"
#include "reports/text/printable.h"
#include "runner/console/colour.h"
#include "runner/console/pager.h"

namespace hpsearch::runner {
namespace {

void write(std::string_view text, Paging paging) {
  if (paging == Paging::kIfLong) {
    write_paged(text);
    return;
  }
  // cli.cpp asks at the end whether all of stdout could be written.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stdout));
}

std::string json_escape(char32_t c) {
  constexpr char32_t kFirstOfPairs = 0x10000;
  if (c < kFirstOfPairs) {
    return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
  }
  const auto pair = static_cast<std::uint32_t>(c - kFirstOfPairs);
  return fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (pair >> 10), 0xDC00 + (pair & 0x3FF));
}

}  // namespace

void print_text(std::string_view text, Paging paging) {
  write(in_colour(stdout) ? reports::printable_painted(text)
                          : reports::printable(text, reports::LineBreaks::kKept),
        paging);
}

std::string safe_json(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (std::size_t i = 0; i < json.size();) {
    const CodePoint c = code_point_at(json, i);
    if (c.valid && c.value != U'\n' && is_control(c.value)) {
      safe += json_escape(c.value);
    } else {
      safe += json.substr(i, c.size);
    }
    i += c.size;
  }
  return safe;
}

void print_json(std::string_view json, Paging paging) {
  write(safe_json(json), paging);
}

void print_data(std::string_view data, Paging paging) {
  if (isatty(STDOUT_FILENO) == 1) {
    print_text(data, paging);
    return;
  }
  if (std::fwrite(data.data(), 1, data.size(), stdout) != data.size()) {
    throw std::runtime_error(fmt::format("cannot write the output: {}", std::strerror(errno)));
  }
}

}  // namespace hpsearch::runner

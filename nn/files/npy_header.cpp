#include "nn/files/npy_header.h"

#include <charconv>
#include <limits>
#include <system_error>

namespace hpsearch::nn {
namespace {

// Takes one part after another from the front; each answers whether it was there.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool take(std::string_view part) {
    skip_spaces();
    if (!text_.starts_with(part)) {
      return false;
    }
    text_.remove_prefix(part.size());
    return true;
  }

  // 'text' or "text", without escapes.
  bool take_text(std::string& out) {
    skip_spaces();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) {
      return false;
    }
    const std::size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos ||
        text_.substr(0, end).find('\\') != std::string_view::npos) {
      return false;
    }
    out = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return true;
  }

  bool take_boolean(bool& out) {
    out = take("True");
    return out || take("False");
  }

  // (), (3,), (3, 4), (3, 4,)
  bool take_tuple(std::vector<std::uint64_t>& out) {
    if (!take("(")) {
      return false;
    }
    while (!take(")")) {
      std::uint64_t number = 0;
      skip_spaces();
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
      if (error != std::errc() || number > std::numeric_limits<std::int64_t>::max()) {
        return false;
      }
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      out.push_back(number);
      if (!take(",")) {
        return out.size() > 1 && take(")");  // (3) is a number in brackets, no tuple
      }
    }
    return true;
  }

  bool at_end() {
    skip_spaces();
    return text_.empty();
  }

 private:
  void skip_spaces() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) {
      text_.remove_prefix(1);
    }
  }

  std::string_view text_;
};

}  // namespace

std::optional<NpyHeader> parse_npy_header(std::string_view text) {
  Parser parser(text);
  NpyHeader header;
  bool descr = false;
  bool order = false;
  bool shape = false;
  if (!parser.take("{")) {
    return std::nullopt;
  }
  while (!parser.take("}")) {
    std::string key;
    if (!parser.take_text(key) || !parser.take(":")) {
      return std::nullopt;
    }
    bool* seen = key == "descr"           ? &descr
                 : key == "fortran_order" ? &order
                 : key == "shape"         ? &shape
                                          : nullptr;
    if (seen == nullptr || *seen) {
      return std::nullopt;
    }
    *seen = key == "descr"           ? parser.take_text(header.descr)
            : key == "fortran_order" ? parser.take_boolean(header.fortran_order)
                                     : parser.take_tuple(header.shape);
    if (!*seen) {
      return std::nullopt;
    }
    if (!parser.take(",")) {
      if (!parser.take("}")) {
        return std::nullopt;
      }
      break;
    }
  }
  return descr && order && shape && parser.at_end() ? std::optional(header) : std::nullopt;
}

}  // namespace hpsearch::nn

#include "storage/sql/session.h"

namespace hpsearch::storage {
namespace {

std::string quoted(const std::string& text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    result += c;
    if (c == quote) {
      result += c;
    }
  }
  return result + quote;
}

}  // namespace

std::string quoted_identifier(const std::string& name) {
  return quoted(name, '"');
}

std::string quoted_text(const std::string& text) {
  return quoted(text, '\'');
}

}  // namespace hpsearch::storage

#include "nn/base/iso_date.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hpsearch::nn {
namespace {

constexpr std::size_t kFractionDigits = 9;

// A two-digit number: its offset in the text and its inclusive range.
struct Field {
  std::size_t at;
  int lowest;
  int highest;
};
constexpr std::array kFields{Field{5, 1, 12}, Field{8, 1, 31}, Field{11, 0, 23}, Field{14, 0, 59},
                             Field{17, 0, 60}};

bool is_known(std::string_view form) {
  if (form.ends_with('Z')) {
    form.remove_suffix(1);
    if (form.size() == 10) {
      return false;  // a zone belongs to a time, not to a bare date
    }
  }
  // A fraction may follow seconds only: 19 characters is YYYY-MM-DDThh:mm:ss.
  const std::size_t point = form.find('.');
  if (point != std::string_view::npos) {
    const std::string_view fraction = form.substr(point + 1);
    return form.substr(0, point).size() == 19 && is_known(form.substr(0, point)) &&
           !fraction.empty() && fraction.size() <= kFractionDigits &&
           fraction.find_first_not_of('0') == std::string_view::npos;
  }
  constexpr std::array<std::string_view, 5> kKnown{"0000-00-00", "0000-00-00 00:00",
                                                   "0000-00-00T00:00", "0000-00-00 00:00:00",
                                                   "0000-00-00T00:00:00"};
  return std::find(kKnown.begin(), kKnown.end(), form) != kKnown.end();
}

}  // namespace

std::optional<std::string> iso_date_form(std::string_view text) {
  std::string form(text);
  std::replace_if(
      form.begin(), form.end(), [](char c) { return c >= '0' && c <= '9'; }, '0');
  if (!is_known(form)) {
    return std::nullopt;
  }
  // A known form has digits at each of these offsets, as far as the text reaches.
  for (const Field& field : kFields) {
    if (field.at + 2 <= text.size()) {
      const int number = (text[field.at] - '0') * 10 + (text[field.at + 1] - '0');
      if (number < field.lowest || number > field.highest) {
        return std::nullopt;
      }
    }
  }
  return form;
}

}  // namespace hpsearch::nn

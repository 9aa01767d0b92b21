// The digits of numbers in tables.
#pragma once

#include <string>

#include "reports/text/numbers.h"

namespace hpsearch::reports {

// All of them for programs, few for people.
enum class Digits { kAll, kFew };

// full_number() or short_number().
inline std::string number_text(double value, Digits digits) {
  return digits == Digits::kAll ? full_number(value) : short_number(value);
}

}  // namespace hpsearch::reports

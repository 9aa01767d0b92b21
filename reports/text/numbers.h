// Numbers as people read them, and with all their digits.
#pragma once

#include <string>

#include "nn/base/value.h"

namespace hpsearch::reports {

// Four significant digits, for people: 0.9826, 1.2e-05, 128; "-" if not finite.
std::string short_number(double value);

// A value for people: reals as short_number(), everything else as written. Printable.
std::string short_text(const nn::Value& value);

// The shortest digits that read back to the same number; empty for NaN and infinity.
std::string full_number(double value);

// A duration: "1.2 s", "3 min 20 s", "2 h 05 min".
std::string duration_text(double seconds);

}  // namespace hpsearch::reports

// What the text of a table's cell stands for; the same in every locale.
#pragma once

#include <string_view>

namespace hpsearch::nn {

struct CellValue {
  enum class Kind {
    kMissing,       // an empty cell, or one of kMissingWords
    kNumber,        // decimal digits, with a sign, a point and an exponent or without
    kTooLarge,      // a number beyond 1.8e308, or an infinity (inf, -Infinity, ...)
    kDecimalComma,  // 1,5 or -1,5e3: a number if it had a point
    kText           // everything else, such as 0x10 and 1_000
  };
  Kind kind = Kind::kMissing;
  double number = 0.0;  // of kNumber; NaN for all else
};

CellValue read_cell(std::string_view text);

// For the end of a message: how a table says that a value is not there.
inline constexpr std::string_view kMissingWords =
    "an empty cell, NaN, nan, NA, N/A, n/a, #N/A, <NA>, null, NULL, None, none, - or ?";

}  // namespace hpsearch::nn

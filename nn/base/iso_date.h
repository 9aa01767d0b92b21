// Recognises ISO 8601 dates and times that sort chronologically as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hpsearch::nn {

// The pattern of a date or time, with every digit replaced by 0: "0000-00-00T00:00Z". Texts that
// share a pattern sort chronologically.
//
// Accepts YYYY-MM-DD, optionally followed by a space or T and one of hh:mm, hh:mm:ss or
// hh:mm:ss.f (1 to 9 digits), optionally followed by Z. Returns std::nullopt for any other text,
// and where month (1-12), day (1-31), hour (0-23), minute (0-59) or second (0-60, for leap
// seconds) is out of range. Does not check the day against the month.
std::optional<std::string> iso_date_form(std::string_view text);

}  // namespace hpsearch::nn

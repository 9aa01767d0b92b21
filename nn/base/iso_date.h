// Dates and times whose order is that of their texts (ISO 8601).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hpsearch::nn {

// The form of YYYY-MM-DD, which hh:mm, hh:mm:ss or hh:mm:ss.f... may follow after a space or a T,
// and Z at its end; its digits become 0, so that texts of one form sort as their times do. Absent:
// the text is none of these, or its month, day, hour, minute or second is out of range.
std::optional<std::string> iso_date_form(std::string_view text);

}  // namespace hpsearch::nn

// Parameter ranges as text for people.
#pragma once

#include <map>
#include <string>

namespace hpsearch::reports {

// From the JSON of search::space_json(): name -> "0.0001 to 1, log scale", "16, 32, 64" or "0.25 in
// all trials". Printable; unknown forms appear as JSON.
std::map<std::string, std::string> range_texts(const std::string& space_json);

// A place in a range as a picture of 12 columns: "[...o........]". A place outside the range is '<'
// or '>' at that end.
std::string place_bar(double unit);

}  // namespace hpsearch::reports

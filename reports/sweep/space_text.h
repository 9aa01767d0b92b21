// What parameters may be, in words.
#pragma once

#include <map>
#include <string>

namespace hpsearch::reports {

// From what search::space_json() wrote: name to "0.0001 to 1, log scale", "16, 32, 64", "0.25 in
// all trials". Printable; what has another form is given as its JSON.
std::map<std::string, std::string> range_texts(const std::string& space_json);

// A place in a range as a picture of 12 columns between its ends: "[...o........]"; a place
// outside of the range is '<' or '>' at that end.
std::string place_bar(double unit);

}  // namespace hpsearch::reports

// A curve in one line of text.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "reports/text/char_plot.h"

namespace hpsearch::reports {

// A block per value, the higher the larger, or digits 0 to 9 in ASCII. More values than `width`
// become means of neighbours. `low` and `high` are the ends of the scale, requires low <= high;
// values beyond them count as the ends, and what is not finite is a space.
std::string sparkline(
    std::span<const double> values, std::size_t width, double low, double high, Glyphs glyphs);

}  // namespace hpsearch::reports

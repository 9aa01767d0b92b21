// The kinds of pictures of the tour, in characters. All are at most look.width columns wide, and
// their lines end with a line break.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runner/tour/tour_steps.h"

namespace hpsearch::runner {

// A bar for each value, on a log scale if `logarithmic`, which requires values above 0. Values that
// are not finite have no bar.
std::string bars_picture(const std::vector<std::pair<std::string, double>>& bars,
                         bool logarithmic,
                         const TourLook& look);

// A curve with its title; `letter` draws it where there is only ASCII.
struct TourCurve {
  std::string title;
  std::vector<std::pair<double, double>> points;
  char letter = '*';
};

// Pictures side by side, one for each group of curves. The first curve of a group is solid, the
// others are dotted. Losses get a log scale where they span a factor of ten. With `same_axes` all
// pictures have the same vertical axis.
std::string curves_picture(const std::vector<std::vector<TourCurve>>& groups,
                           bool losses,
                           bool same_axes,
                           const TourLook& look);

// Where values lie between `low` and `high` on a log scale: a line of marks under its title.
struct TourStrip {
  std::string title;
  std::vector<double> values;
};
std::string strips_picture(const std::vector<TourStrip>& strips,
                           double low,
                           double high,
                           const TourLook& look);

// Points over a horizontal log scale, side by side; the vertical axis is also a log scale if
// `logarithmic`.
struct TourPoints {
  std::string title;
  std::vector<std::pair<double, double>> points;
};
std::string points_picture(const std::vector<TourPoints>& groups,
                           const std::string& across,
                           bool logarithmic,
                           const TourLook& look);

// Ranges, one below the other, within the first one on a log scale.
struct TourRange {
  std::string title;
  double low = 0.0;
  double high = 0.0;
};
std::string ranges_picture(const std::vector<TourRange>& ranges, const TourLook& look);

}  // namespace hpsearch::runner

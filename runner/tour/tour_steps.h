// The steps of `hpsearch tour`: what each one trains, and what its results show.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/text/char_plot.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// One sweep: a file of configs/notes with these changes, as on a command line after --set.
struct TourSweep {
  std::string_view file;                // "border.yaml"
  std::string_view name;                // of the sweep; begins with "tour-"
  std::vector<std::string_view> edits;  // "training.epochs=5"
};

// For a terminal of `width` columns.
struct TourLook {
  std::size_t width = 80;
  reports::Glyphs glyphs = reports::Glyphs::kAscii;
};

struct TourStep {
  std::string_view title;
  std::vector<TourSweep> sweeps;  // none: it looks at those of the step before
  // The picture, lines that end with a line break, and the sentence about it, with figures from the
  // database. Requires that the sweeps of this step and those before it are trained. Throws
  // StoreError.
  std::string (*picture)(storage::Queries&, const TourLook&);
  std::string (*sentence)(storage::Queries&);
};

std::span<const TourStep> tour_steps();

}  // namespace hpsearch::runner

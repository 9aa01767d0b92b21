// `search` of a sweep file: how a method searches.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::search {

enum class Points { kSobol, kRandom, kGrid };

// What to do where the best lies at an edge of the written range.
enum class Expand {
  kWarn,   // stay inside and say so
  kAuto,   // search beyond it, within the parameter's limits
  kNever,  // stay inside
};

struct PointsRow {
  std::string_view name;  // in `search.points`
  Points value;
};
inline constexpr std::array kPointsTable{PointsRow{"sobol", Points::kSobol},
                                         PointsRow{"random", Points::kRandom},
                                         PointsRow{"grid", Points::kGrid}};

struct ExpandRow {
  std::string_view name;  // in `search.expand`
  Expand value;
};
inline constexpr std::array kExpandTable{ExpandRow{"warn", Expand::kWarn},
                                         ExpandRow{"auto", Expand::kAuto},
                                         ExpandRow{"never", Expand::kNever}};

struct StageSpec {
  double share = 1.0;  // of the trials
  int epochs = 1;
};

struct SearchOptions {
  std::vector<StageSpec> stages;  // of coarse_to_fine
  Points points = Points::kSobol;
  double elite = 0.2;   // share of a stage's trials, at least 5 of them, that sets the next box
  int carry = 3;        // best trials of a stage that the next one trains again
  double shrink = 0.5;  // factor of a box's width, for parameters that matter
  Expand expand = Expand::kWarn;
  bool avoid_duplicates = true;  // no trial has the values of an earlier one
  // How many trials must have ended before a model begins, results of an earlier sweep included;
  // default: what the method says.
  std::optional<int> startup = {};
  // FILE or FILE:SWEEP, as written: the earlier sweep whose results the methods are given; empty:
  // none. What became of it is SearchProblem::earlier.
  std::string warm_start = {};
};

}  // namespace hpsearch::search

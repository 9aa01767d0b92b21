// The `search` section of a sweep file: how a method searches.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::search {

enum class Points { kSobol, kRandom, kGrid };

// What to do if the best trial lies at an edge of the written range.
enum class Expand {
  kWarn,   // stay inside and report it
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
  double share = 1.0;  // relative share of the trials
  int epochs = 1;
};

struct SearchOptions {
  std::vector<StageSpec> stages;  // for coarse_to_fine
  Points points = Points::kSobol;
  double elite = 0.2;   // share of a stage's trials (at least 5) that determines the next box
  int carry = 3;        // how many of a stage's best trials the next one trains again
  double shrink = 0.5;  // width factor per stage for parameters that matter
  Expand expand = Expand::kWarn;
  bool avoid_duplicates = true;  // no trial repeats the values of an earlier one
  // How many trials must have ended before a model takes over, counting results of an earlier
  // sweep; empty: the method's default.
  std::optional<int> startup = {};
  // FILE or FILE:SWEEP as written: the earlier sweep whose results the method starts from; empty:
  // none. The results themselves are in SearchProblem::earlier.
  std::string warm_start = {};
};

}  // namespace hpsearch::search

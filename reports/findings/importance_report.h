// Which parameters decide, for people and programs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/findings/importance.h"
#include "reports/text/char_plot.h"
#include "reports/text/delimited.h"

namespace hpsearch::reports {

struct ImportanceReport {
  RankedTrials trials;
  std::vector<Importance> importances;  // empty where nothing can be told
  std::vector<Marginal> marginals;      // in the order of the parameters
};

ImportanceReport importance_report(const SweepData& data);

// Bars, over which trials they were computed, and of each parameter what its parts were worth, the
// most important first.
std::string importance_text(const SweepData& data,
                            const ImportanceReport& report,
                            std::size_t width,
                            Glyphs glyphs);

// {"format":1,"sweep":...,"importance":{...}}
std::string importance_json(const SweepData& data, const ImportanceReport& report);

// A row a parameter: parameter, share, raw, p, trials.
TextTable importance_table(const ImportanceReport& report);

}  // namespace hpsearch::reports

// Parameter importance as text, JSON and tables.
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
  std::vector<Importance> importances;  // empty if the trials say nothing
  std::vector<Marginal> marginals;      // in the order of the parameters
};

ImportanceReport importance_report(const SweepData& data);

// Bars per parameter with a note on the trials behind them, then for each parameter, most important
// first, how the parts of its range performed.
std::string importance_text(const SweepData& data,
                            const ImportanceReport& report,
                            std::size_t width,
                            Glyphs glyphs);

// {"format":1,"sweep":...,"importance":{...}}
std::string importance_json(const SweepData& data, const ImportanceReport& report);

// One row per parameter: parameter, share, raw, p, trials.
TextTable importance_table(const ImportanceReport& report);

}  // namespace hpsearch::reports

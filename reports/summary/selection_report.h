// The trials that a user selected, as text, Markdown and CSV.
#pragma once

#include <cstddef>
#include <string>

#include "reports/summary/sweep_report.h"
#include "reports/text/delimited.h"
#include "reports/text/digits.h"

namespace hpsearch::reports {

// Which trials the table shows. With kAll it has a column for their states.
enum class States { kRankedOnly, kAll };

// The headline and the first `rows` rows, for a terminal of `width` columns.
std::string selection_text(const SweepReport& report,
                           const storage::TrialTable& table,
                           States states,
                           std::size_t rows,
                           std::size_t width);

// The same rows as a GitHub table, without the headline.
std::string selection_markdown(const SweepReport& report,
                               const storage::TrialTable& table,
                               States states,
                               std::size_t rows);

// The first `rows` rows with every column, as texts. With all digits numbers read back to the same
// number, and NULL is empty; with few they are for people, and NULL is a dash.
TextTable selection_table(const storage::TrialTable& table, std::size_t rows, Digits digits);

}  // namespace hpsearch::reports

// The trials that a user selected, as text, Markdown and CSV.
#pragma once

#include <cstddef>
#include <string>

#include "reports/summary/sweep_report.h"

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

// CSV (RFC 4180, CRLF line ends): a header and the first `rows` rows, with every column. Numbers
// have the shortest digits that read back to the same number; NULL is an empty field.
std::string selection_csv(const storage::TrialTable& table, std::size_t rows);

}  // namespace hpsearch::reports

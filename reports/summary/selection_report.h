// The trials that a person has asked for, in the forms that people and programs read.
#pragma once

#include <cstddef>
#include <string>

#include "reports/summary/sweep_report.h"

namespace hpsearch::reports {

// Does the table show trials that are not ranked? Then it has a column for their states.
enum class States { kRankedOnly, kAll };

// The headline and the first `rows` rows for a terminal of `width` columns.
std::string selection_text(const SweepReport& report,
                           const storage::TrialTable& table,
                           States states,
                           std::size_t rows,
                           std::size_t width);

// The same rows as GitHub's table, without the headline.
std::string selection_markdown(const SweepReport& report,
                               const storage::TrialTable& table,
                               States states,
                               std::size_t rows);

// RFC 4180: a header, lines that end with CRLF, every column, the first `rows` rows. Numbers have
// the shortest digits that read back to the same number; NULL is an empty field.
std::string selection_csv(const storage::TrialTable& table, std::size_t rows);

}  // namespace hpsearch::reports

// What `report` shows beside the summary: importances, learning curves, comparisons.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "runner/commands/command.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// report --importance.
std::string importance_view(storage::Queries& queries,
                            const storage::SweepRow& sweep,
                            const Invocation& invocation);

// report --curves [N...]: of the named trials, else of the best `top`. Empty where none is named
// and no trial is complete. Throws UsageError for numbers that no trial has, and for a series that
// none of them has.
std::optional<std::string> curves_view(storage::Queries& queries,
                                       const storage::SweepRow& sweep,
                                       const Invocation& invocation,
                                       int top);

// What the sweep's trials advise.
std::vector<reports::Advice> sweep_advice(storage::Queries& queries,
                                          const storage::SweepRow& sweep);

// report --advice.
std::string advice_view(storage::Queries& queries,
                        const storage::SweepRow& sweep,
                        const Invocation& invocation);

// report --next FILE: writes the sweep that should follow. Throws UsageError where the file is
// there already, or there is nothing to change.
void write_next(storage::Queries& queries, const storage::SweepRow& sweep, const std::string& file);

// report --compare A B: two trials of the sweep where both are numbers, else two sweeps. Throws
// UsageError for anything else.
std::string compare_view(storage::Queries& queries, const Invocation& invocation);

}  // namespace hpsearch::runner

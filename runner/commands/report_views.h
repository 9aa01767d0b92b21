// The views of `report` other than the summary: importance, learning curves, comparisons, advice.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "runner/commands/command.h"
#include "runner/console/field_choice.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// The fields of report's JSON that some sweeps and options leave out.
AnswerShape report_shape();

// report --importance.
std::string importance_view(storage::Queries& queries,
                            const storage::SweepRow& sweep,
                            const Invocation& invocation);

// report --curves [N...]: learning curves of the named trials, else of the best `top`. Empty if
// none is named and no trial is complete. Throws UsageError for unknown trials, and for a series
// that no chosen trial has.
std::optional<std::string> curves_view(storage::Queries& queries,
                                       const storage::SweepRow& sweep,
                                       const Invocation& invocation,
                                       int top);

// The advice that follows from the sweep's trials.
std::vector<reports::Advice> sweep_advice(storage::Queries& queries,
                                          const storage::SweepRow& sweep);

// report --advice.
std::string advice_view(storage::Queries& queries,
                        const storage::SweepRow& sweep,
                        const Invocation& invocation);

// report --next FILE: writes the suggested next sweep. Throws UsageError if the file exists, or if
// there is nothing to change.
void write_next(storage::Queries& queries, const storage::SweepRow& sweep, const std::string& file);

// report --compare A B: compares two trials of the sweep if both are numbers, else two sweeps.
// Throws UsageError if there are not two operands, or if one does not exist.
std::string compare_view(storage::Queries& queries, const Invocation& invocation);

}  // namespace hpsearch::runner

// The rules behind advice.h, each a function that may add one or more. Internal to reports.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"

namespace hpsearch::reports {

// The ends of a range as a line of the sweep file; absent ends stay as they are.
std::string range_line(const SearchedParameter& parameter,
                       std::optional<double> low,
                       std::optional<double> high);

void advise_divergence(const SweepData& data, std::vector<Advice>& result);
void advise_ranges(const SweepData& data, const RankedTrials& trials, std::vector<Advice>& result);
void advise_epochs(const SweepData& data, std::vector<Advice>& result);
void advise_fit(const AdviceInput& input, std::vector<Advice>& result);
void advise_effort(const SweepData& data, std::vector<Advice>& result);

}  // namespace hpsearch::reports

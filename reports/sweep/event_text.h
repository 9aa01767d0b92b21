// The log of a sweep in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/records.h"

namespace hpsearch::reports {

// "a run began: 2 workers, run_cap 60"; what it does not know is given as it is stored. Printable.
std::string event_text(const storage::EventRow& event);

// Why a trial or a sweep ended: what the database says, its short words ("killed") in a sentence.
std::string reason_text(std::string_view reason);

// "2026-01-31 23:59:59" of a time of the database.
std::string time_text(std::string_view time);

// One line an event, indented by two columns, with its time. Neighbours that say the same of
// several trials share a line: "trials 4, 7 and 12: begun again, attempt 2".
std::string log_text(const std::vector<storage::LogRow>& log);

}  // namespace hpsearch::reports

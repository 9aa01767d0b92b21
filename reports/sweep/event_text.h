// The log of a sweep as text for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/records.h"

namespace hpsearch::reports {

// An event as a phrase; one that cannot be read, or is of an unknown kind, appears as stored. The
// result is printable.
std::string event_text(const storage::EventRow& event);

// Why a trial or a sweep ended: short codes of the database ("killed") as a phrase, other text as
// it is.
std::string reason_text(std::string_view reason);

// A timestamp of the database as "2026-01-31 23:59:59".
std::string time_text(std::string_view time);

// One line per event, indented by two columns, with its time. Adjacent events that say the same
// about several trials share a line: "trials 4, 7 and 12: ...".
std::string log_text(const std::vector<storage::LogRow>& log);

}  // namespace hpsearch::reports

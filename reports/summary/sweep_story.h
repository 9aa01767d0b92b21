// How a sweep went: its stages, their boxes and the reasons for them, and the log of events.
#pragma once

#include <string>
#include <vector>

#include "reports/summary/sweep_report.h"
#include "reports/text/delimited.h"

namespace hpsearch::reports {

struct SweepStory {
  SweepReport report;
  std::vector<storage::LogRow> log;
};

SweepStory read_sweep_story(storage::Queries& queries, const storage::SweepRow& sweep);

// The headline, the stages and the events.
std::string story_text(const SweepStory& story);

// A row for each event: at, trial, kind, and the event in words.
TextTable story_table(const SweepStory& story);

// {"format":1,"sweep":...,"stages":[...],"events":[...]}
std::string story_json(const SweepStory& story);

}  // namespace hpsearch::reports

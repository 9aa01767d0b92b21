#include "reports/summary/sweep_story.h"

#include "reports/sweep/event_text.h"

namespace hpsearch::reports {

SweepStory read_sweep_story(storage::Queries& queries, const storage::SweepRow& sweep) {
  return {read_report(queries, sweep, 1), queries.log(sweep.sweep_id)};
}

std::string story_text(const SweepStory& story) {
  std::string text = headline(story.report);
  for (const StageSummary& stage : story.report.stages) {
    text += "\n" + stage_text(stage);
  }
  if (!story.log.empty()) {
    text += "\nevents (UTC)\n" + log_text(story.log);
  }
  return text;
}

}  // namespace hpsearch::reports

#include "reports/summary/sweep_story.h"

#include <set>

#include <fmt/format.h>

#include "reports/sweep/event_text.h"
#include "reports/sweep/remark_text.h"

namespace hpsearch::reports {
namespace {

// What is said of single trials: "trial 3" and the lines about it, indented.
std::string trial_remarks(const storage::Remarks& remarks) {
  std::set<std::optional<std::uint64_t>> trials;
  for (const storage::TagRow& row : remarks.tags) {
    trials.insert(row.trial);
  }
  for (const storage::NoteRow& row : remarks.notes) {
    trials.insert(row.trial);
  }
  trials.erase(std::nullopt);  // the headline has those
  std::string text;
  for (const auto& trial : trials) {
    text += fmt::format("{}trial {}\n", text.empty() ? "\n" : "", *trial);
    const std::string lines = remark_lines(remarks, trial);
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t end = lines.find('\n', at) + 1;
      text += "  " + lines.substr(at, end - at);
      at = end;
    }
  }
  return text;
}

}  // namespace

SweepStory read_sweep_story(storage::Queries& queries, const storage::SweepRow& sweep) {
  return {read_report(queries, sweep, 1), queries.log(sweep.sweep_id)};
}

std::string story_text(const SweepStory& story) {
  std::string text = headline(story.report);
  for (const StageSummary& stage : story.report.stages) {
    text += "\n" + stage_text(stage);
  }
  text += trial_remarks(story.report.remarks);
  if (!story.log.empty()) {
    text += "\nevents (UTC)\n" + log_text(story.log);
  }
  return text;
}

}  // namespace hpsearch::reports

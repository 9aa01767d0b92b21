#include "reports/sweep/remark_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/sweep/event_text.h"
#include "reports/text/json_values.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {

using Json = nlohmann::ordered_json;

std::string tags_text(const std::vector<std::string>& tags) {
  return printable(fmt::format("{}", fmt::join(tags, ", ")));
}

std::string remark_lines(const storage::Remarks& remarks, std::optional<std::uint64_t> trial) {
  std::string text;
  if (const auto tags = remarks.tags_of(trial); !tags.empty()) {
    text += fmt::format("tags: {}\n", tags_text(tags));
  }
  for (const storage::NoteRow& note : remarks.notes_of(trial)) {
    text += fmt::format("note ({}): ", time_text(note.at));
    for (const char c : printable(note.text, LineBreaks::kKept)) {
      text += c == '\n' ? "\n  " : std::string(1, c);
    }
    text += "\n";
  }
  return text;
}

Json tags_json(const storage::Remarks& remarks, std::optional<std::uint64_t> trial) {
  return remarks.tags_of(trial);
}

Json notes_json(const storage::Remarks& remarks, std::optional<std::uint64_t> trial) {
  Json notes = Json::array();
  for (const storage::NoteRow& note : remarks.notes_of(trial)) {
    notes.push_back({{"at", note.at}, {"text", note.text}});
  }
  return notes;
}

Json all_tags_json(const storage::Remarks& remarks) {
  Json tags = Json::array();
  for (const storage::TagRow& row : remarks.tags) {
    tags.push_back({{"trial", or_null(row.trial)}, {"tag", row.tag}, {"at", row.at}});
  }
  return tags;
}

Json all_notes_json(const storage::Remarks& remarks) {
  Json notes = Json::array();
  for (const storage::NoteRow& row : remarks.notes) {
    notes.push_back({{"trial", or_null(row.trial)}, {"at", row.at}, {"text", row.text}});
  }
  return notes;
}

}  // namespace hpsearch::reports

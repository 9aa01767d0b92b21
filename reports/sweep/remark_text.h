// Tags and notes, as text and JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "storage/remarks.h"

namespace hpsearch::reports {

// "paper, baseline"
std::string tags_text(const std::vector<std::string>& tags);

// What is said of one trial, or of the sweep as a whole: a line "tags: ..." and lines
// "note (2026-01-31 23:59:59): ..."; empty where nothing is.
std::string remark_lines(const storage::Remarks& remarks, std::optional<std::uint64_t> trial);

// ["paper", "baseline"], and [{"at":"2026-...","text":"..."}].
nlohmann::ordered_json tags_json(const storage::Remarks& remarks,
                                 std::optional<std::uint64_t> trial);
nlohmann::ordered_json notes_json(const storage::Remarks& remarks,
                                  std::optional<std::uint64_t> trial);

// All of a sweep, each with its trial: [{"trial":3,"tag":"odd","at":"2026-..."}] and the like.
nlohmann::ordered_json all_tags_json(const storage::Remarks& remarks);
nlohmann::ordered_json all_notes_json(const storage::Remarks& remarks);

}  // namespace hpsearch::reports

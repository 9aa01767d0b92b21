// What people say about sweeps and trials. No part of a sweep's identity or digest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hpsearch::storage {

// A word to find a sweep or a trial by.
struct TagRow {
  std::optional<std::uint64_t> trial;  // its number; empty: the sweep as a whole
  std::string tag;
  std::string at;  // when it was given
};

struct NoteRow {
  std::optional<std::uint64_t> trial;  // likewise
  std::string text;
  std::string at;
};

// All of a sweep: first those about the sweep as a whole, then by trial.
struct Remarks {
  std::vector<TagRow> tags;    // by tag
  std::vector<NoteRow> notes;  // oldest first

  // Those about this trial; without a number those about the sweep as a whole.
  std::vector<std::string> tags_of(std::optional<std::uint64_t> trial) const {
    std::vector<std::string> texts;
    for (const TagRow& row : tags) {
      if (row.trial == trial) {
        texts.push_back(row.tag);
      }
    }
    return texts;
  }
  std::vector<NoteRow> notes_of(std::optional<std::uint64_t> trial) const {
    std::vector<NoteRow> rows;
    for (const NoteRow& row : notes) {
      if (row.trial == trial) {
        rows.push_back(row);
      }
    }
    return rows;
  }
};

}  // namespace hpsearch::storage

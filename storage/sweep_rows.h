// The rows of a sweep as its tables hold them: what copies of a sweep are made of.
//
// Reports read what rows mean; a copy has to keep what they are, down to the native type of a
// parameter and the time of an event. Hence columns by name, from the same tables in every kind of
// database.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/selection.h"

namespace hpsearch::storage {

struct SweepTable {
  std::string_view name;
  bool by_trial;                // its rows name their trial, and not their sweep
  std::string_view own_key;     // the column that each database numbers for itself; empty: none
  std::string_view order = {};  // in which its rows come; empty: any
  bool once = false;            // a copy leaves out rows that are there already

  bool operator==(const SweepTable& other) const { return name == other.name; }
};

inline constexpr SweepTable kSweepsTable{"sweeps", false, "sweep_id"};
inline constexpr SweepTable kStagesTable{"stages", false, "", "stage"};
inline constexpr SweepTable kEarlierTable{"earlier_trials", false, "", "number"};
inline constexpr SweepTable kTrialsTable{"trials", false, "trial_id", "number"};
inline constexpr SweepTable kReplicatesTable{"replicates", true, ""};
inline constexpr SweepTable kArtifactsTable{"artifacts", true, ""};
inline constexpr SweepTable kEventsTable{"events", false, "event_id", "event_id"};
inline constexpr SweepTable kTagsTable{"tags", false, "", "", true};
inline constexpr SweepTable kNotesTable{"notes", false, "note_id", "note_id", true};
inline constexpr SweepTable kEnsemblesTable{"ensembles", false, ""};
inline constexpr SweepTable kMembersTable{"ensemble_members", false, "", "member"};
inline constexpr SweepTable kEnsembleMetricsTable{"ensemble_metrics", false, ""};

// In an order in which they can be filled: each after those that its rows refer to. Saved states of
// trainings (`checkpoints`) are not among them: they belong to the run that goes on from them.
inline constexpr std::array kSweepTables{
    kSweepsTable,
    kStagesTable,
    kEarlierTable,
    kTrialsTable,
    SweepTable{"params", true, ""},
    kReplicatesTable,
    SweepTable{"epochs", true, ""},
    SweepTable{"metrics", true, ""},
    SweepTable{"spreads", true, ""},
    SweepTable{"results", true, ""},
    kArtifactsTable,
    kEventsTable,
    kEnsemblesTable,
    kMembersTable,
    kEnsembleMetricsTable,
    kTagsTable,
    kNotesTable,
};

using Columns = std::vector<std::string>;

// Takes one row; it may change the cells.
using UseRow = std::function<void(const Columns& columns, std::vector<Cell>& cells)>;

}  // namespace hpsearch::storage

#include "storage/sweep_copy.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "storage/error.h"

namespace hpsearch::storage {
namespace {

constexpr std::string_view kRunning = "running";

bool holds(const Cell& cell, std::string_view text) {
  const auto* own = std::get_if<std::string>(&cell);
  return own != nullptr && *own == text;
}

std::string text_of(const Cell& cell) {
  const auto* own = std::get_if<std::string>(&cell);
  return own == nullptr ? std::string() : *own;
}

std::optional<std::int64_t> number_of(const Cell& cell) {
  const auto* own = std::get_if<std::int64_t>(&cell);
  return own == nullptr ? std::nullopt : std::optional(*own);
}

// The tables of a sweep that goes into another one: what belongs to its trials, and what is said.
bool goes_into_another(const SweepTable& table) {
  return table.by_trial || table == kTrialsTable || table == kEventsTable || table.once;
}

class Copier {
 public:
  Copier(Queries& from, const SweepRow& sweep, RowWriter& to, const CopyWishes& wishes)
      : from_(from), sweep_(sweep), to_(to), wishes_(wishes) {
    copied_.sweep_id = wishes.into.value_or(0);
  }

  CopiedSweep copy() {
    for (const SweepTable& table : kSweepTables) {
      if (!wishes_.into || goes_into_another(table)) {
        copy(table);
      }
    }
    if (!wishes_.into) {
      to_.make_view(wishes_.name, copied_.sweep_id, wishes_.space);
    }
    return copied_;
  }

 private:
  // One table; `row_` and `columns_` are of its row.
  void copy(const SweepTable& table) {
    columns_ = nullptr;
    row_source(from_).for_each_row(table, sweep_.sweep_id,
                                   [&](const Columns& columns, std::vector<Cell>& cells) {
                                     if (columns_ == nullptr) {
                                       to_.into(table, columns);
                                     }
                                     columns_ = &columns;
                                     row_ = &cells;
                                     copy_row(table);
                                   });
  }

  Cell* find(std::string_view column) {
    const auto found = std::find(columns_->begin(), columns_->end(), column);
    return found == columns_->end() ? nullptr
                                    : &(*row_)[static_cast<std::size_t>(found - columns_->begin())];
  }
  Cell cell(std::string_view column) {
    const Cell* found = find(column);
    return found == nullptr ? Cell() : *found;
  }
  void set(std::string_view column, Cell value) {
    if (Cell* found = find(column)) {
      *found = std::move(value);
    }
  }

  void copy_row(const SweepTable& table) {
    const bool whole_sweep = table == kSweepsTable;
    if (!whole_sweep) {
      set("sweep_id", copied_.sweep_id);
    }
    if (whole_sweep) {
      set("name", wishes_.name);
    }
    const auto old_trial = number_of(cell("trial_id"));
    if (table == kTrialsTable) {
      if (wishes_.trials && !wishes_.trials->contains(old_trial.value_or(0))) {
        return;
      }
      numbers_.insert(number_of(cell("number")).value_or(0));
    } else if (old_trial) {
      const auto copy = ids_.find(*old_trial);
      if (copy == ids_.end()) {
        return;
      }
      set("trial_id", copy->second);
    }
    if (!is_wanted(table, old_trial)) {
      return;
    }
    interrupt(table);
    const std::int64_t id = to_.insert(*row_);
    if (whole_sweep) {
      copied_.sweep_id = id;
    }
    if (table == kTrialsTable) {
      ids_.emplace(old_trial.value_or(0), id);
      ++copied_.trials;
    }
  }

  bool is_wanted(const SweepTable& table, std::optional<std::int64_t> old_trial) {
    if (table == kEventsTable && wishes_.takes_event) {
      const auto number = old_trial ? std::optional(std::uint64_t{0}) : std::nullopt;
      return wishes_.takes_event(
          {text_of(cell("at")), number, {text_of(cell("kind")), text_of(cell("detail_json"))}});
    }
    if (table.once) {  // what is said of a trial, by its number
      const auto trial = number_of(cell("trial"));
      return !trial || numbers_.contains(*trial);
    }
    if (table != kArtifactsTable) {
      return true;
    }
    if (!wishes_.place_artifact) {
      return false;
    }
    const ArtifactRow artifact{text_of(cell("name")), text_of(cell("path")),
                               static_cast<std::uint64_t>(number_of(cell("bytes")).value_or(0)),
                               text_of(cell("sha256"))};
    const auto path = wishes_.place_artifact(copied_.sweep_id, old_trial.value_or(0), artifact);
    if (path) {
      set("path", *path);
    }
    return path.has_value();
  }

  // What the original trains at this moment, nobody trains in the copy.
  void interrupt(const SweepTable& table) {
    const bool has_state =
        table == kSweepsTable || table == kTrialsTable || table == kReplicatesTable;
    if (!has_state || !holds(cell("state"), kRunning)) {
      return;
    }
    set("state", std::string("interrupted"));
    if (table == kTrialsTable) {
      set("reason", std::string("copied"));
    }
  }

  Queries& from_;
  const SweepRow& sweep_;
  RowWriter& to_;
  const CopyWishes& wishes_;
  CopiedSweep copied_;
  std::unordered_map<std::int64_t, std::int64_t> ids_;  // of the copies, by trial_id
  std::unordered_set<std::int64_t> numbers_;            // of the trials that are copied
  const Columns* columns_ = nullptr;
  std::vector<Cell>* row_ = nullptr;
};

}  // namespace

RowSource& row_source(Queries& queries) {
  if (auto* source = dynamic_cast<RowSource*>(&queries)) {
    return *source;
  }
  throw StoreError(
      fmt::format("{}: sweeps of this kind of database cannot be copied", queries.path().string()));
}

RowTarget& row_target(Store& store) {
  if (auto* target = dynamic_cast<RowTarget*>(&store)) {
    return *target;
  }
  throw StoreError(fmt::format(
      "{}: sweeps cannot be copied into this kind of database; copy them into an SQLite file",
      store.path().string()));
}

CopiedSweep copy_sweep(Queries& from,
                       const SweepRow& sweep,
                       RowWriter& to,
                       const CopyWishes& wishes) {
  return Copier(from, sweep, to, wishes).copy();
}

}  // namespace hpsearch::storage

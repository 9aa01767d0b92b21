#include "runner/merge/merge_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/merge/trial_bits.h"
#include "runner/run/environment.h"
#include "runner/run/shard.h"
#include "runner/stored/stored_spec.h"
#include "runner/stored/sweep_identity.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// How far a database has got with a trial.
int progress_of(const storage::TrialRow& trial) {
  switch (trial.state) {
    case search::TrialState::kQueued:
      return 0;
    case search::TrialState::kRunning:
    case search::TrialState::kInterrupted:
      return 1;
    case search::TrialState::kFailed:
      return 2;
    case search::TrialState::kComplete:
    case search::TrialState::kPruned:
    case search::TrialState::kDiverged:
      break;
  }
  return 3;
}

constexpr int kEnded = 3;

// The row of a trial that counts so far, and who has it.
struct Holder {
  storage::Queries* queries = nullptr;
  std::string database;
  MergePart* part = nullptr;  // null: the target
  storage::TrialRow row;
};

// Brings the trials of a sweep together.
class Union {
 public:
  explicit Union(MergeGroup& group) : group_(group) {}

  void add_target(storage::Queries& target, const fs::path& path) {
    for (storage::TrialRow& row : target.trials(group_.target->sweep_id)) {
      const std::uint64_t number = row.number;
      held_.emplace(number, Holder{&target, path.string(), nullptr, std::move(row)});
    }
  }

  void add(MergePart& part) {
    std::vector<std::uint64_t> different;
    std::string other;
    for (storage::TrialRow& row : part.source->queries().trials(part.sweep.sweep_id)) {
      Holder mine{&part.source->queries(), part.source->path().string(), &part, std::move(row)};
      const auto [found, is_new] = held_.emplace(mine.row.number, mine);
      if (is_new) {
        part.trials.insert(mine.row.trial_id);
        continue;
      }
      Holder& held = found->second;
      if (differs(held, mine)) {
        different.push_back(mine.row.number);
        other = held.database;
      } else if (is_further(mine.row, held.row)) {
        drop(held);
        part.trials.insert(mine.row.trial_id);
        held = std::move(mine);
      }
    }
    refuse(different, other, part);
  }

 private:
  static bool differs(const Holder& held, const Holder& mine) {
    return progress_of(held.row) == kEnded && progress_of(mine.row) == kEnded &&
           trial_bits(*held.queries, held.row) != trial_bits(*mine.queries, mine.row);
  }
  static bool is_further(const storage::TrialRow& a, const storage::TrialRow& b) {
    const int of_a = progress_of(a);
    const int of_b = progress_of(b);
    return of_a > of_b || (of_a == of_b && of_a < kEnded && a.epochs_done > b.epochs_done);
  }
  void drop(const Holder& held) {
    if (held.part == nullptr) {
      group_.replaced.push_back(held.row.trial_id);
    } else {
      held.part->trials.erase(held.row.trial_id);
    }
  }
  void refuse(const std::vector<std::uint64_t>& different,
              const std::string& other,
              const MergePart& part) const {
    if (different.empty()) {
      return;
    }
    const std::size_t further = different.size() - 1;
    throw UsageError(fmt::format(
        "{} and {} both have trial {}{} of sweep '{}', with different results; they were trained "
        "on different CPUs, by different builds, or by a program that is not reproducible: leave "
        "one of the two out, or take its sweep under another name with --as",
        other, part.source->path().string(), different.front(),
        further == 0 ? "" : fmt::format(" and {} more", further), group_.name));
  }

  MergeGroup& group_;
  std::map<std::uint64_t, Holder> held_;
};

bool is_same_name(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    const auto lower = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : +c; };
    return lower(x) == lower(y);
  });
}

// Throws UsageError unless `part` is of the same sweep as `first`, which is in `database`.
void require_same_sweep(const storage::SweepRow& first,
                        const fs::path& database,
                        const MergePart& part) {
  const storage::SweepRow& other = part.sweep;
  if (first.config_hash == other.config_hash && first.method == other.method &&
      first.seed == other.seed) {
    return;
  }
  std::string text = fmt::format("{} has another sweep named '{}' than {}:\n",
                                 part.source->path().string(), other.name, database.string());
  for (const YamlDifference& d : differences(first, stored_config(other), other.data_json)) {
    text += fmt::format("  {}: {} -> {}\n", d.path, d.before.empty() ? "(absent)" : d.before,
                        d.after.empty() ? "(absent)" : d.after);
  }
  throw UsageError(text + fmt::format("take it under another name: hpsearch merge {} {} --only {} "
                                      "--as NAME",
                                      shell_word(database.string()),
                                      shell_word(part.source->path().string()),
                                      shell_word(other.name)));
}

// A stage follows from all results before it, so its trials do not come together out of parts.
void require_without_stages(const MergeGroup& group) {
  for (const MergePart& part : group.parts) {
    const bool stages = part.source->queries().stages(part.sweep.sweep_id).size() > 1;
    if (stages && group.unites() && !part.trials.empty()) {
      throw UsageError(fmt::format(
          "{}: sweep '{}' has stages, and trials of stages from several databases do not make one "
          "sweep; go on with it in one of them, or take it under another name with --as",
          part.source->path().string(), group.name));
    }
  }
}

void require_name(const std::string& name) {
  if (name.empty() || name.find('~') != std::string::npos) {
    throw UsageError(
        "--as needs a name without '~', which is reserved for sweeps that --fresh has "
        "set aside");
  }
}

// The sweeps that the wishes leave, oldest first.
std::vector<storage::SweepRow> wanted_sweeps(const MergeSource& source, const MergeWishes& wishes) {
  std::vector<storage::SweepRow> sweeps = source.queries().sweeps();
  std::reverse(sweeps.begin(), sweeps.end());
  if (wishes.only) {
    std::erase_if(sweeps, [&](const auto& one) { return !is_same_name(one.name, *wishes.only); });
    if (sweeps.empty()) {
      throw UsageError(fmt::format("{} has no sweep '{}'", source.path().string(), *wishes.only));
    }
  } else {
    std::erase_if(sweeps, [](const auto& one) { return one.name.find('~') != std::string::npos; });
  }
  return sweeps;
}

}  // namespace

MergeSource::MergeSource(fs::path path)
    : path_(std::move(path)), database_(storage::open_upgraded(path_, tool_version())) {
  database_.queries->hold_snapshot();
}

bool MergeGroup::unites() const {
  const auto brings = [](const MergePart& part) { return !part.trials.empty(); };
  const auto bringing = std::count_if(parts.begin(), parts.end(), brings);
  return target || bringing > 1 ||
         std::any_of(parts.begin(), parts.end(), [&](const MergePart& part) {
           return part.shard && (brings(part) || bringing == 0);
         });
}

bool MergeGroup::changes() const {
  return !target || std::any_of(parts.begin(), parts.end(),
                                [](const MergePart& part) { return !part.trials.empty(); });
}

std::vector<MergeGroup> plan_merge(const std::vector<MergeSource>& sources,
                                   storage::Queries* target,
                                   const fs::path& target_path,
                                   const MergeWishes& wishes) {
  std::vector<MergeGroup> groups;
  for (const MergeSource& source : sources) {
    for (storage::SweepRow& sweep : wanted_sweeps(source, wishes)) {
      const std::string name = wishes.as.value_or(sweep.name);
      if (!wishes.as && name.find('~') != std::string::npos) {
        throw UsageError(fmt::format(
            "sweep '{0}' was set aside by --fresh; give it a name: --only {0} --as NAME", name));
      }
      if (wishes.as) {
        require_name(name);
      }
      auto group = std::find_if(groups.begin(), groups.end(),
                                [&](const auto& one) { return is_same_name(one.name, name); });
      if (group == groups.end()) {
        groups.push_back({name, target == nullptr ? std::nullopt : target->sweep(name), {}});
        group = std::prev(groups.end());
      }
      if (wishes.as && !group->parts.empty()) {
        throw UsageError(
            "--as names one sweep, and the databases have several; choose one of them "
            "with --only, from one database");
      }
      auto shard = stored_shard(source.queries(), sweep.sweep_id);
      group->parts.push_back({&source, std::move(sweep), shard});
    }
  }
  for (MergeGroup& group : groups) {
    Union all(group);
    if (group.target) {
      if (const auto shard = stored_shard(*target, group.target->sweep_id)) {
        throw UsageError(fmt::format(
            "{} has shard {} of sweep '{}'; merge it with the others into a further database",
            target_path.string(), to_text(*shard), group.name));
      }
      all.add_target(*target, target_path);
    }
    const MergePart& first = group.parts.front();
    for (MergePart& part : group.parts) {
      require_same_sweep(group.target ? *group.target : first.sweep,
                         group.target ? target_path : first.source->path(), part);
      all.add(part);
    }
    require_without_stages(group);
  }
  return groups;
}

}  // namespace hpsearch::runner

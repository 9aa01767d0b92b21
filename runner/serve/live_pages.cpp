#include "runner/serve/live_pages.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "nn/base/json.h"
#include "reports/page/compare_page.h"
#include "reports/page/page_json.h"
#include "reports/sweep/sweep_list.h"
#include "runner/stored/best_yaml.h"
#include "runner/stored/config_differences.h"
#include "runner/stored/next_yaml.h"
#include "storage/backend.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

std::uint64_t inode_of(const std::filesystem::path& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

// For the menu: archived sweeps are not in it, except for the one that is shown.
std::string sweeps_json(storage::Queries& queries,
                        const std::vector<storage::SweepRow>& sweeps,
                        std::int64_t shown) {
  auto list = nlohmann::ordered_json::array();
  for (const storage::SweepRow& sweep : sweeps) {
    if (!sweep.archived_at || sweep.sweep_id == shown) {
      list.push_back({{"name", sweep.name}, {"state", reports::current_state(queries, sweep)}});
    }
  }
  return nn::json_text(list);
}

}  // namespace

LivePages::LivePages(std::filesystem::path database,
                     std::function<void(const std::string&)> trouble)
    : database_(std::move(database)), trouble_(std::move(trouble)) {}

std::vector<reports::Advice> FeasibleAdvice::of(const storage::SweepRow& sweep,
                                                const std::vector<reports::Advice>& advice) {
  const std::lock_guard lock(mutex_);
  if (sweep.config_yaml != config_ || advice != advice_) {
    feasible_ = feasible_advice(sweep, advice);
    config_ = sweep.config_yaml;
    advice_ = advice;
  }
  return feasible_;
}

void LivePages::require_showable() {
  std::error_code ignored;
  const auto status = std::filesystem::status(database_, ignored);
  if (std::filesystem::exists(status) || status.type() == std::filesystem::file_type::none) {
    if (std::filesystem::is_regular_file(database_, ignored) &&
        std::filesystem::file_size(database_, ignored) == 0) {
      return;
    }
    open();
    queries_->sweeps();  // a damaged file often opens
    return;
  }
  const auto folder = std::filesystem::absolute(database_).parent_path();
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw storage::StoreError(
        fmt::format("{}: the folder {} does not exist; name a database in another one with --db",
                    database_.string(), folder.string()));
  }
}

// Reopens a database that was deleted and created again: a new file under the same name.
void LivePages::open() {
  const std::uint64_t inode = inode_of(database_);
  if (queries_ && inode == inode_) {
    return;
  }
  close();
  queries_ = storage::open_queries(database_);
  inode_ = inode;
  ++openings_;
}

void LivePages::close() {
  queries_.reset();
  page_.reset();
  page_state_.clear();
  last_ = {};
}

template <class Ask>
LivePages::Answer LivePages::guarded(Ask ask) {
  const std::lock_guard lock(mutex_);
  if (inode_of(database_) == 0) {
    return {404, fmt::format("no database {} yet: run a sweep", database_.string()), ""};
  }
  try {
    open();
    return ask();
  } catch (const storage::StoreError& error) {
    close();  // the next request opens the database again
    trouble_(error.what());
    return {503, "the database cannot be read now; the terminal of hpsearch serve says why", ""};
  }
}

LivePages::Answer LivePages::sweep(const std::optional<std::string>& name) {
  Draft found;
  Answer answer = guarded([&] {
    found = draft(name);
    return std::move(found.answer);
  });
  if (answer.status != 200 || found.whole) {
    return answer;
  }
  // Outside of the lock: it reads the sweep's file once for each piece.
  answer.body =
      reports::with_advice(std::move(answer.body), feasible_.of(found.sweep, found.advice));
  const std::lock_guard lock(mutex_);
  last_ = answer;
  return answer;
}

LivePages::Answer LivePages::compare(const std::string& a, const std::string& b) {
  return guarded([&]() -> Answer {
    const auto one = queries_->sweep(a);
    const auto other = queries_->sweep(b);
    if (!one || !other) {
      return no_sweep(one ? b : a);
    }
    const bool is_followed_a = page_state_ == state_of(*one);
    const bool is_followed_b = page_state_ == state_of(*other);
    const storage::Queries::Snapshot snapshot(*queries_);
    // A large sweep's data should not be in memory twice.
    std::optional<reports::SweepData> read_a;
    std::optional<reports::SweepData> read_b;
    auto data_of = [&](const storage::SweepRow& sweep, bool is_followed,
                       std::optional<reports::SweepData>& read) -> const reports::SweepData& {
      return is_followed ? page_->data()
                         : read.emplace(reports::read_sweep_results(*queries_, sweep));
    };
    const reports::SweepData& data_a = data_of(*one, is_followed_a, read_a);
    const reports::SweepData& data_b =
        one->sweep_id == other->sweep_id ? data_a : data_of(*other, is_followed_b, read_b);
    const auto comparison =
        reports::compare_sweeps(data_a, data_b, config_differences(*one, *other));
    return {200, reports::comparison_page_json(comparison, data_b), ""};
  });
}

LivePages::Answer LivePages::no_sweep(const std::string& name) {
  return {404, fmt::format("sweep '{}' no longer exists", name), ""};
}

std::string LivePages::state_of(const storage::SweepRow& sweep) {
  // A killed run leaves its sweep in state "running"; only its lock tells. Hence it is part of the
  // ETag.
  return fmt::format("{}-{}-{}-{}", openings_, queries_->data_version(), sweep.sweep_id,
                     queries_->is_being_run(sweep.sweep_id) ? "runs" : "rests");
}

LivePages::Draft LivePages::draft(const std::optional<std::string>& name) {
  const auto row = name ? queries_->sweep(*name) : queries_->newest_sweep();
  if (!row) {
    return {name ? no_sweep(*name) : Answer{404, "the database has no sweeps yet", ""}};
  }
  const std::string state = state_of(*row);
  const storage::Queries::Snapshot snapshot(*queries_);
  if (page_state_ != state || !page_->complete()) {
    if (!page_) {
      page_.emplace(best_yaml);
    }
    page_state_.clear();
    page_->update(*queries_, *row);
    page_state_ = state;
  }
  const std::string version = fmt::format("\"{}-{}\"", state, page_->parts());
  if (last_.version == version) {
    return {last_, true};
  }
  const std::string list = sweeps_json(*queries_, queries_->sweeps(), row->sweep_id);
  last_ = {};
  return {{200, fmt::format("{{\"sweeps\":{},{}", list, page_->json(*queries_).substr(1)), version},
          false,
          *row,
          page_->advice()};
}

}  // namespace hpsearch::runner

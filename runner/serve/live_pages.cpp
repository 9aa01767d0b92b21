#include "runner/serve/live_pages.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "nn/base/json.h"
#include "reports/page/compare_page.h"
#include "reports/page/sweep_page.h"
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

std::string sweeps_json(storage::Queries& queries, const std::vector<storage::SweepRow>& sweeps) {
  auto list = nlohmann::ordered_json::array();
  for (const storage::SweepRow& sweep : sweeps) {
    list.push_back({{"name", sweep.name}, {"state", reports::current_state(queries, sweep)}});
  }
  return nn::json_text(list);
}

}  // namespace

LivePages::LivePages(std::filesystem::path database,
                     std::function<void(const std::string&)> trouble)
    : database_(std::move(database)), trouble_(std::move(trouble)) {}

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
  queries_.reset();
  last_ = {};
  queries_ = storage::open_queries(database_);
  inode_ = inode;
  ++openings_;
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
    queries_.reset();  // the next request opens the database again
    last_ = {};
    trouble_(error.what());
    return {503, "the database cannot be read now; the terminal of hpsearch serve says why", ""};
  }
}

LivePages::Answer LivePages::sweep(const std::optional<std::string>& name) {
  return guarded([&] { return make(name); });
}

LivePages::Answer LivePages::compare(const std::string& a, const std::string& b) {
  return guarded([&]() -> Answer {
    const storage::Queries::Snapshot snapshot(*queries_);
    const auto one = queries_->sweep(a);
    const auto other = queries_->sweep(b);
    if (!one || !other) {
      return no_sweep(one ? b : a);
    }
    const reports::SweepData data = reports::read_sweep_results(*queries_, *other);
    const auto comparison = reports::compare_sweeps(reports::read_sweep_results(*queries_, *one),
                                                    data, config_differences(*one, *other));
    return {200, reports::comparison_page_json(comparison, data), ""};
  });
}

LivePages::Answer LivePages::no_sweep(const std::string& name) const {
  return {404, fmt::format("sweep '{}' no longer exists", name), ""};
}

LivePages::Answer LivePages::make(const std::optional<std::string>& name) {
  const auto row = name ? queries_->sweep(*name) : queries_->newest_sweep();
  if (!row) {
    return {404,
            name ? fmt::format("sweep '{}' no longer exists", *name)
                 : std::string("the database has no sweeps yet"),
            ""};
  }
  // A killed run leaves its sweep in state "running"; only its lock tells. Hence it is part of the
  // ETag.
  const std::string version =
      fmt::format("\"{}-{}-{}-{}\"", openings_, queries_->data_version(), row->sweep_id,
                  queries_->is_being_run(row->sweep_id) ? "runs" : "rests");
  if (last_.version != version) {
    const storage::Queries::Snapshot snapshot(*queries_);
    last_ = {200,
             fmt::format(
                 "{{\"sweeps\":{},{}", sweeps_json(*queries_, queries_->sweeps()),
                 reports::sweep_page_json(*queries_, *row, best_yaml, feasible_advice).substr(1)),
             version};
  }
  return last_;
}

}  // namespace hpsearch::runner

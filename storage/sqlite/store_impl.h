// The implementation that the sources of Store share. Internal to storage.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "storage/error.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/rows.h"
#include "storage/store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {

// A transaction that rolls back unless it was committed.
class Transaction {
 public:
  explicit Transaction(SQLite::Database& db) : db_(db) { db_.exec("BEGIN IMMEDIATE"); }
  ~Transaction() {
    if (open_) {
      sqlite3_exec(db_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }
  void commit() {
    db_.exec("COMMIT");
    open_ = false;
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

 private:
  SQLite::Database& db_;
  bool open_ = true;
};

struct Store::Impl {
  Impl(std::filesystem::path database, std::string version)
      : path(std::move(database)),
        tool_version(std::move(version)),
        opened(open_writable(path, tool_version)),
        db(opened.db.get()),
        file(identity()) {}

  // Device and inode of the file that the path names now; zeros if there is none.
  std::pair<dev_t, ino_t> identity() const {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? std::pair(status.st_dev, status.st_ino)
                                            : std::pair(dev_t{}, ino_t{});
  }

  // Refuses a file that was deleted or replaced: SQLite would keep writing to the nameless file,
  // and everything would be lost when it is closed.
  void require_same_file() const {
    if (identity() != file) {
      throw StoreError(
          fmt::format("{}: was removed or replaced while this run wrote to it; results since then "
                      "cannot be saved: put it back, or run again to start over",
                      path.string()));
    }
  }

  std::filesystem::path path;
  std::string tool_version;
  OpenedDatabase opened;
  SQLite::Database* db;          // owned by `opened`
  std::pair<dev_t, ino_t> file;  // identity at opening
  std::unordered_map<const char*, SQLite::Statement> prepared;

  // The trials that this object has started and not ended.
  std::map<std::pair<std::int64_t, std::uint64_t>, std::int64_t> running;  // trial_id

  // Rows gathered between begin() and commit(). There are many small metric rows, and they cost
  // half as much if a statement writes several of them.
  struct Metric {
    std::int64_t trial_id;
    int epoch;
    std::string name;
    double value;
  };
  bool grouped = false;
  std::vector<Metric> metrics;
  std::map<std::int64_t, int> epochs_done;  // by trial_id

  // Prepares each statement once, because preparing costs as much as storing an epoch. The cache is
  // keyed by the address of the text, so only string literals are allowed.
  template <std::size_t kSize>
  SQLite::Statement& prepare(const char (&sql)[kSize]) {
    auto it = prepared.find(sql);
    if (it == prepared.end()) {
      it = prepared.emplace(sql, SQLite::Statement(*db, sql)).first;
    }
    it->second.reset();
    it->second.clearBindings();
    return it->second;
  }

  static void run(SQLite::Statement& s) { s.exec(); }

  template <class Work>
  auto guarded(Work work) {
    try {
      return work();
    } catch (const SQLite::Exception& error) {
      throw explain(path, error);
    }
  }

  std::optional<SweepRow> find_sweep(const std::string& name) {
    SQLite::Statement s(
        *db, fmt::format("SELECT {} FROM sweeps WHERE name = ? COLLATE NOCASE", kSweepColumns));
    s.bind(1, name);
    return s.executeStep() ? std::optional(read_sweep(s)) : std::nullopt;
  }

  void insert_event(std::int64_t sweep_id,
                    std::optional<std::int64_t> trial_id,
                    const EventRow& event) {
    auto& s = prepare(
        "INSERT INTO events(at, sweep_id, trial_id, kind, detail_json) VALUES (?, ?, ?, ?, ?)");
    s.bind(1, event.at.empty() ? utc_now() : event.at);
    s.bind(2, sweep_id);
    if (trial_id) {
      s.bind(3, *trial_id);
    }
    s.bind(4, event.kind);
    s.bind(5, event.detail_json);
    run(s);
  }

  std::int64_t trial_id(std::int64_t sweep_id, std::uint64_t number) {
    if (const auto known = running.find({sweep_id, number}); known != running.end()) {
      return known->second;
    }
    auto& s = prepare("SELECT trial_id FROM trials WHERE sweep_id = ? AND number = ?");
    s.bind(1, sweep_id);
    bind_unsigned(s, 2, number);
    if (!s.executeStep()) {
      throw StoreError(fmt::format("{}: trial {} has no row", path.string(), number));
    }
    const std::int64_t id = s.getColumn(0).getInt64();
    s.reset();
    return id;
  }

  // Stores the parameters of a new trial; later attempts do not change them.
  void insert_params(std::int64_t trial_id, const TrialStart& start);

  // Writes the gathered rows.
  void write_gathered();
  void forget_gathered();

  void interrupt_dead_sweep(std::int64_t sweep_id, const std::string& name);

  // Sets trials in state `running` to `interrupted`.
  void interrupt_running(std::int64_t sweep_id, const std::optional<std::string>& reason);

  void insert_stage(std::int64_t sweep_id, const StageRow& stage);
  void insert_earlier(std::int64_t sweep_id, const std::vector<EarlierRow>& rows);

  // Cuts off trials beyond a limit, and brings back those within a raised one.
  void apply_run_cap(std::int64_t sweep_id, std::int64_t run_cap);
};

}  // namespace hpsearch::storage

// Sweeps in parts: each shard in a database of its own, and what is merged of them.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {

// A sweep file in a folder with one database per shard.
class Shards : public RunFolder {
 public:
  Shards(const std::string& yaml, int count) : RunFolder(yaml), count_(count) {}

  test::ProcessResult hpsearch(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(path(), arguments);
  }
  static std::string database(int index) { return fmt::format("shard-{}.db", index); }
  std::vector<std::string> arguments(int index) const {
    return {"run",  "sweep.yaml",   "--workers",
            "2",    "--shard",      fmt::format("{}/{}", index, count_),
            "--db", database(index)};
  }
  test::ProcessResult train(int index) const { return hpsearch(arguments(index)); }
  void train_all() const {
    for (int index = 0; index < count_; ++index) {
      const auto result = train(index);
      EXPECT_EQ(result.code, 0) << result.err;
    }
  }
  test::ProcessResult merge(const std::string& target = "all.db") const {
    std::vector<std::string> all{"merge", target};
    for (int index = 0; index < count_; ++index) {
      all.push_back(database(index));
    }
    return hpsearch(all);
  }
  test::ProcessResult end(const std::string& target = "all.db") const {
    return hpsearch({"run", "sweep.yaml", "--workers", "2", "--db", target});
  }
  std::string query(const std::string& sql, const std::string& file = "all.db") const {
    return test::query(path() / file, sql);
  }
  std::string digest(const std::string& file = "all.db") const {
    const std::string out = hpsearch({"report", "--db", file}).out;
    const std::size_t at = out.find("digest: ");
    return at == std::string::npos ? out : out.substr(at + 8, 16);
  }

 private:
  int count_;
};

// Everything of a sweep that does not depend on time and place.
inline std::string findings(const std::filesystem::path& database) {
  std::string all;
  for (const char* sql :
       {"SELECT group_concat(rank || ' ' || trial || ' ' || value || ' ' || params_json || seed, "
        "x'0a') FROM (SELECT * FROM leaderboard ORDER BY rank)",
        "SELECT group_concat(number || state || origin || ifnull(value, '') || params_hash) FROM "
        "(SELECT * FROM trials ORDER BY number)",
        "SELECT group_concat(number || replicate || epoch || val_loss || grad_norm) FROM (SELECT * "
        "FROM epochs JOIN trials USING(trial_id) ORDER BY number, replicate, epoch)",
        "SELECT group_concat(number || m.name || m.value) FROM (SELECT * FROM metrics JOIN trials "
        "USING(trial_id) ORDER BY number, replicate, epoch, name) m",
        "SELECT group_concat(state || stop_reason || method || seed) FROM sweeps",
        "SELECT group_concat(trials || space_json) FROM stages",
        "SELECT group_concat(kind) FROM events WHERE kind IN ('stage_started', 'sharded')",
        "SELECT group_concat(name || sha256) FROM (SELECT * FROM artifacts WHERE name <> "
        "'predictions' ORDER BY name)",
        "SELECT group_concat(name || value) FROM ensemble_metrics"}) {
    all += test::query(database, sql) + "\n";
  }
  return all;
}

}  // namespace hpsearch::runner

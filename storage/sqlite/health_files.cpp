#include "storage/sqlite/health_files.h"

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <system_error>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "nn/base/sha256.h"
#include "storage/artifacts.h"
#include "storage/sweep_lock.h"

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;
using Kind = HealthFinding::Kind;

struct NamedFile {
  std::string sweep;
  std::int64_t trial = 0;
  std::string what;  // "weights", "saved state"
  std::string path;
  std::int64_t bytes = 0;
  std::string sha256;
};

std::vector<NamedFile> named_files(SQLite::Database& db) {
  std::vector<NamedFile> files;
  const auto add = [&](const char* what, const char* table) {
    if (!db.tableExists(table)) {
      return;
    }
    SQLite::Statement s(db, fmt::format("SELECT s.name, t.number, {}, f.path, f.bytes, f.sha256 "
                                        "FROM {} f JOIN trials t USING(trial_id) "
                                        "JOIN sweeps s USING(sweep_id)",
                                        what, table));
    while (s.executeStep()) {
      files.push_back({s.getColumn(0).getString(), s.getColumn(1).getInt64(),
                       s.getColumn(2).getString(), s.getColumn(3).getString(),
                       s.getColumn(4).getInt64(), s.getColumn(5).getString()});
    }
  };
  add("f.name", "artifacts");
  add("'saved state'", "checkpoints");
  return files;
}

// Empty if the file cannot be read.
std::string checksum(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  nn::Sha256 sum;
  std::array<char, 1 << 16> buffer{};
  while (in) {
    in.read(buffer.data(), buffer.size());
    sum.update(std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount())));
  }
  return in.eof() ? sum.hex() : "";
}

// The rest of "its file ..."; empty if it is as it was written.
std::string fault_of(const fs::path& database, const NamedFile& named) {
  const auto file = stored_artifact(database, named.path);
  std::error_code error;
  if (!file) {
    return "is missing";
  }
  if (static_cast<std::int64_t>(fs::file_size(*file, error)) != named.bytes || error) {
    return "has another size than the one that was written";
  }
  return checksum(*file) == named.sha256 ? "" : "is not the one that was written";
}

class Examination {
 public:
  Examination(const fs::path& database, SQLite::Database& db, bool alone)
      : database_(database), db_(db), alone_(alone) {}

  FileHealth run() {
    const auto files = named_files(db_);
    for (const NamedFile& file : files) {
      known_.insert(artifact_file(database_, file.path).lexically_normal());
      const std::string fault = fault_of(database_, file);
      if (!fault.empty()) {
        say(Kind::kWarning,
            fmt::format("{} of trial {} of sweep '{}': its file {} {}", file.what, file.trial,
                        file.sweep, file.path, fault),
            file.what == "saved state" ? "the next run trains it from its first epoch"
                                       : "run the sweep's file again: it trains the winner again");
      }
    }
    look_for_leftovers();
    look_for_locks();
    if (result_.findings.empty()) {
      say(Kind::kGood,
          fmt::format("{} file{} as written", files.size(), files.size() == 1 ? "" : "s"), "");
    }
    return std::move(result_);
  }

 private:
  void say(Kind kind, std::string text, std::string remedy, bool mendable = false) {
    result_.findings.push_back({"files", kind, std::move(text), std::move(remedy), mendable});
  }

  // The state of each sweep whose folder may exist, by the folder's name.
  std::map<std::string, bool> complete_sweeps() {
    std::map<std::string, bool> sweeps;
    SQLite::Statement s(db_, "SELECT sweep_id, state FROM sweeps");
    while (s.executeStep()) {
      const std::int64_t id = s.getColumn(0).getInt64();
      if (alone_ || !SweepLock::is_held(database_, id)) {
        sweeps[fmt::format("sweep{}", id)] = s.getColumn(1).getString() == "complete";
      } else {
        busy_.insert(fmt::format("sweep{}", id));
      }
    }
    return sweeps;
  }

  // What a run keeps until its sweep ends has no row, so only a complete sweep's folder is known in
  // full; of others, parts of files and saved states without a row are left over. What the programs
  // of trials have printed has no rows at all.
  static bool is_left_over(const fs::path& relative, bool complete) {
    return (complete && *relative.begin() != "logs") || relative.extension() == ".part" ||
           *relative.begin() == "checkpoints";
  }

  void look_for_leftovers() {
    const fs::path root = artifact_file(
        database_, fs::path(artifact_path(database_, 0, "x")).parent_path().parent_path().string());
    const auto sweeps = complete_sweeps();
    std::error_code error;
    std::uintmax_t bytes = 0;
    for (const auto& folder : fs::directory_iterator(root, error)) {
      const std::string name = folder.path().filename();
      const auto sweep = sweeps.find(name);
      if (busy_.contains(name) || folder.is_symlink() || !folder.is_directory() ||
          (sweep == sweeps.end() && !is_sweep_folder(name))) {
        continue;
      }
      for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
        const fs::path relative = entry.path().lexically_relative(folder.path());
        if (!entry.is_directory() && !known_.contains(entry.path().lexically_normal()) &&
            (sweep == sweeps.end() || is_left_over(relative, sweep->second))) {
          bytes += entry.is_regular_file() ? entry.file_size(error) : 0;
          result_.leftovers.push_back(entry.path());
        }
      }
    }
    if (!result_.leftovers.empty()) {
      const std::size_t count = result_.leftovers.size();
      say(Kind::kWarning,
          fmt::format("{} file{} with {:.1f} MB that no row names, such as {}", count,
                      count == 1 ? "" : "s", static_cast<double>(bytes) / 1e6,
                      result_.leftovers.front().lexically_relative(root.parent_path()).string()),
          fmt::format("--repair removes {}", count == 1 ? "it" : "them"), true);
    }
  }

  static bool is_sweep_folder(const std::string& name) {
    constexpr std::string_view kStem = "sweep";
    return name.starts_with(kStem) && name.size() > kStem.size() &&
           name.find_first_not_of("0123456789", kStem.size()) == std::string::npos;
  }

  void look_for_locks() {
    SQLite::Statement s(db_, "SELECT sweep_id, name FROM sweeps");
    while (s.executeStep()) {
      const std::int64_t id = s.getColumn(0).getInt64();
      std::error_code error;
      const fs::path file = SweepLock::file(database_, id);
      if (fs::is_regular_file(fs::symlink_status(file, error)) &&
          !SweepLock::is_held(database_, id)) {
        say(Kind::kNote,
            fmt::format("{} is left of a process that was killed while it ran sweep '{}'",
                        file.filename().string(), s.getColumn(1).getString()),
            "it blocks nobody; --repair removes it", true);
      }
    }
  }

  const fs::path& database_;
  SQLite::Database& db_;
  bool alone_;
  std::set<fs::path> known_;
  std::set<std::string> busy_;
  FileHealth result_;
};

}  // namespace

FileHealth examine_files(const fs::path& database, SQLite::Database& db, bool alone) {
  return Examination(database, db, alone).run();
}

}  // namespace hpsearch::storage

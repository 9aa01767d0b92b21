// The data that `serve` sends, from a database that a run may be writing to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// Thread-safe; requests take turns.
class LivePages {
 public:
  explicit LivePages(std::filesystem::path database);

  struct Answer {
    int status = 200;     // HTTP status
    std::string body;     // JSON for status 200, else a sentence
    std::string version;  // ETag of the JSON, in quotes: equal if nothing has changed
  };

  // The data of a sweep (default: the newest) and the list of all sweeps. Recomputed only if the
  // database has changed. 404 if there is no such sweep or no database yet; 503 if the database
  // cannot be read.
  Answer sweep(const std::optional<std::string>& name);

  // Compares two sweeps (reports/page/compare_page.h).
  Answer compare(const std::string& a, const std::string& b);

 private:
  template <class Ask>
  Answer guarded(Ask ask);
  void open();
  Answer make(const std::optional<std::string>& name);
  Answer no_sweep(const std::string& name) const;

  std::filesystem::path database_;
  std::mutex mutex_;
  std::unique_ptr<storage::Queries> queries_;
  std::uint64_t inode_ =
      0;  // of the file that queries_ has open: it changes if the file is replaced
  std::uint64_t openings_ = 0;
  std::optional<std::string> last_name_;
  Answer last_;
};

}  // namespace hpsearch::runner

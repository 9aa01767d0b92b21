// The data that `serve` sends, from a database that a run may be writing to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// Thread-safe; requests take turns.
class LivePages {
 public:
  // `trouble` hears why a database cannot be read; see Answer::status.
  LivePages(std::filesystem::path database, std::function<void(const std::string&)> trouble);

  // Throws storage::StoreError for what will never have a page: a database of a newer version or of
  // another program, something that is no file, a folder that does not exist. A database that does
  // not exist yet, or is empty, may get its first sweep later.
  void require_showable();

  struct Answer {
    int status = 200;     // HTTP status
    std::string body;     // JSON for status 200, else a sentence
    std::string version;  // ETag of the JSON, in quotes: equal if nothing has changed
  };

  // The data of a sweep (default: the newest) and the list of all sweeps. Recomputed only if the
  // database has changed. 404 if there is no such sweep or no database yet; 503 if the database
  // cannot be read. Throws what the content of a damaged database makes its readers throw.
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
  std::function<void(const std::string&)> trouble_;
  std::mutex mutex_;
  std::unique_ptr<storage::Queries> queries_;
  std::uint64_t inode_ =
      0;  // of the file that queries_ has open: it changes if the file is replaced
  std::uint64_t openings_ = 0;
  std::optional<std::string> last_name_;
  Answer last_;
};

}  // namespace hpsearch::runner

// What `serve` answers: pages' data from a database that others may be writing to.
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

// May be asked by many threads at once; they take turns.
class LivePages {
 public:
  // `trouble` hears why a database cannot be read; see Answer::status.
  LivePages(std::filesystem::path database, std::function<void(const std::string&)> trouble);

  // Throws storage::StoreError for what will never have a page: a database of a newer version or of
  // another program, something that is no file, a folder that does not exist. A database that does
  // not exist yet, or is empty, may get its first sweep later.
  void require_showable();

  struct Answer {
    int status = 200;     // as HTTP has it
    std::string body;     // JSON; else a sentence
    std::string version;  // of the JSON, in quotes: an equal one says that nothing is new
  };

  // The data of a sweep, of the newest without a name, with the list of all. Made anew only where
  // the database has changed since. 404 where there is no such sweep, or no database yet; 503 where
  // it cannot be read. Throws what the content of a damaged database makes its readers throw.
  Answer sweep(const std::optional<std::string>& name);

  // Two sweeps beside each other (reports/compare_page.h).
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
  std::uint64_t inode_ = 0;  // of the file that queries_ has open
  std::uint64_t openings_ = 0;
  std::optional<std::string> last_name_;
  Answer last_;
};

}  // namespace hpsearch::runner

// A database that is there whole or not at all.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/store.h"

namespace hpsearch::runner {

// Is written beside its place and takes it at the end; until then nothing is to be seen of it under
// its name. Used by one thread. Throws StoreError, and std::runtime_error where the file cannot be
// written; nothing of it is left then.
class NewDatabase {
 public:
  explicit NewDatabase(std::filesystem::path path);
  ~NewDatabase();  // removes what is not finished
  NewDatabase(const NewDatabase&) = delete;
  NewDatabase& operator=(const NewDatabase&) = delete;

  // Until finish().
  storage::Store& store() { return *store_; }

  // Closes it and gives it its name. Throws StoreError if that is taken by now.
  void finish();

 private:
  void remove() noexcept;

  std::filesystem::path path_;
  std::filesystem::path beside_;
  std::unique_ptr<storage::Store> store_;
};

}  // namespace hpsearch::runner

#include "runner/merge/new_database.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "runner/run/environment.h"
#include "storage/backend.h"
#include "storage/error.h"

namespace hpsearch::runner {

namespace fs = std::filesystem;

NewDatabase::NewDatabase(fs::path path) : path_(std::move(path)), beside_(nn::name_beside(path_)) {
  nn::remove_leftovers(path_);
  remove();  // a log of the same name would be applied to the new file
  store_ = storage::open_store(beside_, tool_version());
}

NewDatabase::~NewDatabase() {
  store_.reset();
  remove();
}

void NewDatabase::finish() {
  store_.reset();  // the last connection moves the log into the file
  if (!nn::put_in_place(beside_, path_, nn::Existing::kKept)) {
    throw storage::StoreError(fmt::format(
        "{}: another process has just made this file; run the same command again", path_.string()));
  }
}

void NewDatabase::remove() noexcept {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    fs::remove(beside_.string() + suffix, ignored);
  }
}

}  // namespace hpsearch::runner

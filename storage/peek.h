// Reading without a trace.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/queries.h"

namespace hpsearch::storage {

// open_queries() that creates no file and changes none; other readers make SQLite's files come and
// go, and the last of them merges the log of a killed run. Throws StoreError where it is not
// possible: on a server, and where a log lies without the shared memory of those who read it.
std::unique_ptr<Queries> peek(std::filesystem::path path);

}  // namespace hpsearch::storage

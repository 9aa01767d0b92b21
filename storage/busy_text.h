// What a process hears that finds a sweep in the hands of others.
#pragma once

#include <string>
#include <vector>

#include "storage/lock_file.h"

namespace hpsearch::storage {

// `owners` may be empty: whoever holds it has yet to say who it is. `alone`: one that shares with
// nobody holds it.
std::string busy_text(const std::string& sweep_name,
                      const std::vector<LockOwner>& owners,
                      bool alone);

// For a process that wants to share a sweep with one that does not.
std::string unshared_text(const std::string& sweep_name, const std::optional<LockOwner>& owner);

}  // namespace hpsearch::storage

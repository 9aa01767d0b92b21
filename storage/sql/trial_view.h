// The view "trials_<sweep>": a row per trial, a typed column per parameter. Internal to storage.
#pragma once

#include <cstdint>
#include <string>

#include "search/space/space.h"
#include "storage/sql/session.h"

namespace hpsearch::storage {

// As an identifier in quotes. A name that PostgreSQL would cut ends in a hash there, as do names of
// columns.
std::string trial_view_name(const Dialect& dialect, const std::string& sweep);

// The CREATE VIEW statement. A parameter whose name equals a fixed column's or another parameter's,
// ignoring case, becomes param_<name>, with a number if needed.
std::string create_trial_view(const Dialect& dialect,
                              const std::string& sweep,
                              std::int64_t sweep_id,
                              const search::Space& space);

}  // namespace hpsearch::storage

// The view "trials_<sweep>": one row a trial, one typed column a parameter. Internal to storage.
#pragma once

#include <cstdint>
#include <string>

#include "search/space/space.h"

namespace hpsearch::storage {

std::string trial_view_name(const std::string& sweep);

// The CREATE VIEW statement. A parameter named like a fixed column or, but for case, like another
// parameter appears as param_<name>, made unique with a number.
std::string create_trial_view(const std::string& sweep,
                              std::int64_t sweep_id,
                              const search::Space& space);

}  // namespace hpsearch::storage

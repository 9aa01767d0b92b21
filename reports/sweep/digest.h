// One number for all that a sweep found out.
#pragma once

#include <cstdint>
#include <string>

#include "storage/queries.h"

namespace hpsearch::reports {

// The first 16 hexadecimal digits of a SHA-256 over the complete, pruned and diverged trials in the
// order of their numbers (number, stage, state, params_json, value, best_epoch) and their epochs
// without times. Floats are hashed in hexadecimal, so one different bit gives another digest.
// Equal digests: two runs found the same, whatever their threads, kills and resumes.
std::string sweep_digest(storage::Queries& queries, std::int64_t sweep_id);

}  // namespace hpsearch::reports

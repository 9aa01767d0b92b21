// How close the best trial came to being pruned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "search/pruners/judgement.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// Of the trial's judgements that have a rank, the one with the worst rank in relation to the number
// of trials there. Empty without any.
std::optional<search::Judgement> closest_call(storage::Queries& queries,
                                              std::int64_t sweep_id,
                                              std::int64_t trial_id);

// "the best trial was at worst number 2 of 9, at epoch 3: keeping one in 4 would have found it too"
std::string closest_call_text(const search::Judgement& judgement);

}  // namespace hpsearch::reports

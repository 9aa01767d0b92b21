#include "reports/summary/closest_call.h"

#include <fmt/format.h>

#include "storage/judged_event.h"

namespace hpsearch::reports {

std::optional<search::Judgement> closest_call(storage::Queries& queries,
                                              std::int64_t sweep_id,
                                              std::int64_t trial_id) {
  std::optional<search::Judgement> closest;
  const auto share = [](const search::Judgement& one) {
    return static_cast<double>(one.rank) / static_cast<double>(one.of);
  };
  for (const storage::LogRow& row : queries.log(sweep_id, trial_id)) {
    const auto judged = storage::Judged::from_row(row.event);
    for (const search::Judgement& one :
         judged ? judged->judgements : std::vector<search::Judgement>()) {
      // The only one at a rung has nothing to fear.
      if (one.rank > 0 && one.of > 1 && (!closest || share(one) > share(*closest))) {
        closest = one;
      }
    }
  }
  return closest;
}

std::string closest_call_text(const search::Judgement& judgement) {
  const std::int64_t one_in = judgement.of / judgement.rank;
  return fmt::format("the best trial was at worst number {} of {}, at epoch {}{}", judgement.rank,
                     judgement.of, judgement.iteration,
                     one_in >= 2
                         ? fmt::format(": keeping one in {} would have found it too", one_in)
                         : ": harder pruning would have ended it");
}

}  // namespace hpsearch::reports

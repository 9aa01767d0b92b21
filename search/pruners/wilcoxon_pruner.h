// `type: wilcoxon`: trials in folds end that are worse than the best one on the folds so far.
#pragma once

#include <span>

#include "search/pruners/pruner.h"

namespace hpsearch::search {

// The scores of a trial's first folds are compared, pair by pair, with those of the best complete
// trial of its stage on the same folds. It is pruned, and its other folds are not trained, if its
// mean is worse and the signed-rank test says so at `p`. Folds are looked at again and again, so
// that more good trials end than the share `p`: a smaller `p` spares them.
PrunerInfo wilcoxon_info();

// The one-sided p value of the signed-rank test (Wilcoxon 1945): the probability, if either sign of
// each difference were as likely, of a rank sum of the positive differences that is at least as
// large. Exact for any number, with ties, by counting; ranks of zeros are split between both sides
// ("zsplit" of scipy). 1 without differences.
double signed_rank_p(std::span<const double> differences);

}  // namespace hpsearch::search

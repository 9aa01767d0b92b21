#include "search/sweep/standing.h"

#include <cmath>
#include <tuple>

namespace hpsearch::search {
namespace {

// The database keeps no other scores.
bool has_score(const Standing& standing) {
  return standing.score && std::isfinite(*standing.score);
}

}  // namespace

bool better(const Standing& a, const Standing& b) {
  if (a.state != TrialState::kComplete || b.state != TrialState::kComplete) {
    return a.state == TrialState::kComplete && b.state != TrialState::kComplete;
  }
  const auto key = [](const Standing& s) {
    return std::tuple(-s.stage, !has_score(s), s.violation, !s.mean, has_score(s) ? *s.score : 0.0,
                      s.number);
  };
  return key(a) < key(b);
}

bool ranks(const Standing& standing, const Standing& best) {
  return standing.state == TrialState::kComplete && standing.stage == best.stage &&
         has_score(standing);
}

}  // namespace hpsearch::search

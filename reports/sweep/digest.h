// One number that identifies everything a sweep found.
#pragma once

#include <cstdint>
#include <string>

#include "nn/base/sha256.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// The first 16 hexadecimal digits of a SHA-256 over the complete, pruned and diverged trials in the
// order of their numbers (number, stage, state, params_json, value, best_epoch) and their epochs,
// without times; of a trial in folds, its folds with theirs, up to the first that did not complete;
// then the ensemble, if there is one: members and metrics. Floats are hashed in hexadecimal, so a
// single different bit changes the digest. Equal digests mean that two runs found the same,
// regardless of threads, kills and resumes. reports/README.md specifies the format.
std::string sweep_digest(storage::Queries& queries, std::int64_t sweep_id);

// The same in pieces, for sweeps that grow.
class SweepDigest {
 public:
  // Takes in the trials with these numbers, which come right after those before them.
  void add(storage::Queries& queries, std::int64_t sweep_id, storage::NumberRange numbers);

  // The ensemble of an ended sweep, if it has one, behind its last trial.
  void add_ensemble(storage::Queries& queries, std::int64_t sweep_id);

  // The digest of the trials that were added.
  std::string text() const { return hash_.hex().substr(0, 16); }

 private:
  nn::Sha256 hash_;
};

}  // namespace hpsearch::reports

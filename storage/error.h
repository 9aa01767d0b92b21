// The exceptions of the storage room.
#pragma once

#include <stdexcept>

namespace hpsearch::storage {

// The message names the file, what failed, and what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Another process runs the sweep.
class SweepBusy : public StoreError {
 public:
  using StoreError::StoreError;
};

// This process was silent for so long that another one may have gone on with what it did: nothing
// of that can be written any more.
class LeaseLost : public StoreError {
 public:
  using StoreError::StoreError;
};

}  // namespace hpsearch::storage

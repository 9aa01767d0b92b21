// The one exception of the storage room.
#pragma once

#include <stdexcept>

namespace hpsearch::storage {

// The message names the file, what could not be done, and what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Somebody else runs this sweep.
class SweepBusy : public StoreError {
 public:
  using StoreError::StoreError;
};

}  // namespace hpsearch::storage

// Mistakes of the caller: the command line, the sweep file, the data.
#pragma once

#include <stdexcept>

namespace hpsearch::runner {

// Ends the program with code 2. The message is complete: it may be several lines.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Mistakes in a sweep file. The message is its diagnostics, each with its place.
class SweepFileError : public UsageError {
 public:
  using UsageError::UsageError;
};

}  // namespace hpsearch::runner

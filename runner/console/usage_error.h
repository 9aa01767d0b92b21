// Errors of the caller: in the command line, the sweep file or the data.
#pragma once

#include <stdexcept>

namespace hpsearch::runner {

// Ends the program with exit code 2. The message is complete and may have several lines.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nothing can be said of a best trial: no trial is complete. Ends the program with exit code 3.
class NoCompleteTrial : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Errors in a sweep file. The message consists of all diagnostics, each with its position.
class SweepFileError : public UsageError {
 public:
  using UsageError::UsageError;
};

}  // namespace hpsearch::runner

// The errors of a sweep file with their places, for those who do more than print them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runner/console/usage_error.h"
#include "runner/yaml/source_text.h"

namespace hpsearch::runner {

// What refuse() throws: a message of all errors, and the errors by position.
class PlacedFileError : public SweepFileError {
 public:
  PlacedFileError(const std::string& message, std::vector<Diagnostic> errors)
      : SweepFileError(message), errors_(std::move(errors)) {}

  const std::vector<Diagnostic>& errors() const { return errors_; }

 private:
  std::vector<Diagnostic> errors_;
};

}  // namespace hpsearch::runner

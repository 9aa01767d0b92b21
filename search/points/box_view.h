// Views distributions that are not numeric ranges as one, so that stage boxes can treat them all
// alike.
#pragma once

#include <optional>
#include <string>

#include "search/space/space.h"

namespace hpsearch::search {

// A normal distribution becomes the range of its probabilities, 0 to 1; an ordered list the range
// of its indices. A numeric range is its own view.
class BoxView {
 public:
  // True if the distribution has such a view.
  static bool exists(const Distribution& distribution);

  // `declared` is the parameter as written, `box` the part of it that is searched. Requires
  // exists() for both.
  BoxView(const Parameter& declared, const Distribution& box);

  const Parameter& declared() const { return declared_; }  // with a Numeric distribution
  const Numeric& box() const { return box_; }

  // A trial's value as a number of the range; empty if the parameter cannot have it.
  std::optional<nn::Value> number(const nn::Value& value) const;

  // The original value behind a number of the range, as text for people.
  std::string text(double number) const;

  // Translates `box` back to the parameter's own kind of distribution.
  Distribution distribution(const Numeric& box) const;

 private:
  Distribution written_;
  Parameter declared_;
  Numeric box_;
};

}  // namespace hpsearch::search

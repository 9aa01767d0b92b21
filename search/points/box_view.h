// Distributions that are no numeric range, as one: what the box of a stage is made of.
#pragma once

#include <optional>
#include <string>

#include "search/space/space.h"

namespace hpsearch::search {

// A normal distribution is the range of its probabilities, 0 to 1, an ordered list that of its
// indices. A numeric range is itself.
class BoxView {
 public:
  // Does a distribution have such a view?
  static bool exists(const Distribution& distribution);

  // `declared` as written, `box` what is searched of it. Requires exists() of both.
  BoxView(const Parameter& declared, const Distribution& box);

  const Parameter& declared() const { return declared_; }  // its distribution is a Numeric
  const Numeric& box() const { return box_; }

  // Where a trial's value stands in the range; empty where it is none of the parameter's.
  std::optional<nn::Value> number(const nn::Value& value) const;

  // The value behind a number of the range, for people.
  std::string text(double number) const;

  // What `box` of the range is among the parameter's own values.
  Distribution distribution(const Numeric& box) const;

 private:
  Distribution written_;
  Parameter declared_;
  Numeric box_;
};

}  // namespace hpsearch::search

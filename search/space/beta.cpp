#include "search/space/beta.h"

#include <boost/math/special_functions/beta.hpp>

namespace hpsearch::search {

namespace {

// Extreme shapes end at their limits instead of throwing.
using Policy = boost::math::policies::policy<
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_double<false>>;

}  // namespace

double beta_probability(double a, double b, double x) {
  return boost::math::ibeta(a, b, x, Policy());
}

double beta_quantile(double a, double b, double probability) {
  return boost::math::ibeta_inv(a, b, probability, Policy());
}

}  // namespace hpsearch::search

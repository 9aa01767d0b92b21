#include "reports/summary/ensemble_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hpsearch::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

storage::EnsembleRow ensemble_with(double gain, double low, double high) {
  storage::EnsembleRow ensemble{"trials", 100};
  ensemble.members = {{1, 4, 0, 7, 0.75}, {2, 6, 0, 9, 0.25}};
  ensemble.metrics = {{"best_val_loss", 0.4},
                      {"gain", gain},
                      {"gain_high", high},
                      {"gain_low", low},
                      {"val_loss", 0.4}};
  return ensemble;
}

TEST(EnsembleReport, ShowsNoGainThatIsRounding) {
  const storage::EnsembleRow equal = ensemble_with(-1.11e-17, -5.5e-17, 3.3e-17);
  EXPECT_THAT(ensemble_text(equal, "val_loss"), Not(HasSubstr("gain")));
  EXPECT_EQ(ensemble_json(equal).at("metrics").at("gain"), 0.0);
  const storage::EnsembleRow better = ensemble_with(1e-6, -2e-6, 4e-6);
  EXPECT_THAT(ensemble_text(better, "val_loss"),
              HasSubstr("gain: val_loss 1e-06 below the best trial's on the same rows (95 % "
                        "interval -2e-06 to 4e-06, within the noise)"));
}

}  // namespace
}  // namespace hpsearch::reports

#include "reports/sweep/stored_content.h"

#include "nn/base/json.h"

namespace hpsearch::reports {

bool runs_program(const storage::SweepRow& sweep) {
  const auto data = nn::parse_json(sweep.data_json);
  return data.is_object() && data.contains("program");
}

}  // namespace hpsearch::reports

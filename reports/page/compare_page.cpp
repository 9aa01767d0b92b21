#include "reports/page/compare_page.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/json_text.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kColumns = 96;  // width of the text, which the page shows verbatim

}  // namespace

std::string comparison_page_json(const SweepComparison& comparison, const SweepData& b) {
  std::string json =
      "{\"text\":" + nn::json_text(nlohmann::json(comparison_text(comparison, kColumns)));
  auto add = [&](const char* name, auto number) {
    json += fmt::format(",\"{}\":", name);
    append_array(json, b.trials, [&](std::string& text, const TrialData& trial) {
      append_number(text, number(trial), 7);
    });
  };
  add("number", [](const TrialData& t) { return static_cast<double>(t.row.number); });
  add("stage", [](const TrialData& t) { return static_cast<double>(t.row.stage); });
  add("value", [](const TrialData& t) { return t.complete() ? *t.row.value : std::nan(""); });
  return json + "}";
}

}  // namespace hpsearch::reports

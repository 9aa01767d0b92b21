#include "reports/page/sweep_page.h"

#include <fmt/format.h>

#include "reports/page/html_page.h"
#include "reports/page/page_json.h"
#include "storage/error.h"

namespace hpsearch::reports {
namespace {

constexpr int kRowsWithoutScripts = 20;
constexpr std::size_t kWideEnough = 200;  // columns

std::string json_of(storage::Queries& queries, SweepReport& report, BestYaml best_yaml) {
  const SweepData data = read_sweep_data(queries, report.sweep);
  report.advice = advice(read_advice_input(queries, data));
  PageInput input{report, data, std::nullopt};
  if (!report.top.empty()) {
    try {
      input.best_yaml = best_yaml(report.sweep, report.top.front());
    } catch (const storage::StoreError&) {
      // The page is worth having without it; `report --best` says what is wrong.
    }
  }
  return page_json(queries, input);
}

}  // namespace

std::string sweep_page_json(storage::Queries& queries,
                            const storage::SweepRow& sweep,
                            BestYaml best_yaml) {
  SweepReport report = read_report(queries, sweep, 1);
  return json_of(queries, report, best_yaml);
}

std::string sweep_page(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       BestYaml best_yaml) {
  SweepReport report = read_report(queries, sweep, kRowsWithoutScripts);
  const std::string json = json_of(queries, report, best_yaml);
  return static_page(sweep.name, json,
                     fmt::format("<pre>{}</pre>", escape_html(text_report(report, kWideEnough))));
}

}  // namespace hpsearch::reports

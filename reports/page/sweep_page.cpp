#include "reports/page/sweep_page.h"

#include <utility>

#include <fmt/format.h>

#include "reports/page/html_page.h"
#include "reports/page/page_json.h"
#include "storage/error.h"

namespace hpsearch::reports {
namespace {

constexpr int kRowsWithoutScripts = 20;
constexpr std::size_t kWideEnough = 200;  // columns; wide enough for every table

std::string json_of(storage::Queries& queries,
                    const SweepData& data,
                    const SweepReport& report,
                    BestYaml best_yaml) {
  PageInput input{report, data, std::nullopt};
  if (!report.top.empty()) {
    try {
      input.best_yaml = best_yaml(report.sweep, report.top.front());
    } catch (const storage::StoreError&) {
      // The page is useful without it; `report --best` shows the error.
    }
  }
  return page_json(queries, input);
}

}  // namespace

std::string sweep_page_json(storage::Queries& queries,
                            const storage::SweepRow& sweep,
                            BestYaml best_yaml,
                            FilterAdvice filter_advice) {
  const SweepData data = read_sweep_data(queries, sweep);
  SweepReport report = read_report(queries, data, 1);
  report.advice = filter_advice(sweep, std::move(report.advice));
  return json_of(queries, data, report, best_yaml);
}

std::string sweep_page(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       BestYaml best_yaml,
                       FilterAdvice filter_advice) {
  const SweepData data = read_sweep_data(queries, sweep);
  SweepReport report = read_report(queries, data, kRowsWithoutScripts);
  report.advice = filter_advice(sweep, std::move(report.advice));
  const std::string json = json_of(queries, data, report, best_yaml);
  return static_page(sweep.name, json,
                     fmt::format("<pre>{}</pre>", escape_html(text_report(report, kWideEnough))));
}

}  // namespace hpsearch::reports

#include "reports/summary/layer_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

struct LayerSeries {
  std::string_view name;
  std::string_view title;
};

// Most informative first: a narrow terminal drops the last columns.
constexpr std::array kSeries{
    LayerSeries{"activation_std", "act. std"},
    LayerSeries{"activation_mean", "act. mean"},
    LayerSeries{"dead_units", "dead"},
    LayerSeries{"gradient_std", "grad. std"},
    LayerSeries{"update_ratio", "update/weight"},
    LayerSeries{"delta_std", "delta std"},
    LayerSeries{"gradient_mean", "grad. mean"},
    LayerSeries{"pretrain_error", "pretrain error"},
};

struct Place {
  std::size_t series;
  int layer;
};

std::optional<Place> place_of(std::string_view name) {
  const std::size_t bar = name.rfind('_');
  int layer = 0;
  if (bar == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view digits = name.substr(bar + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), layer);
  const auto* row = std::find_if(kSeries.begin(), kSeries.end(), [&](const LayerSeries& s) {
    return s.name == name.substr(0, bar);
  });
  if (error != std::errc() || end != digits.data() + digits.size() || row == kSeries.end()) {
    return std::nullopt;
  }
  return Place{static_cast<std::size_t>(row - kSeries.begin()), layer};
}

}  // namespace

bool is_of_layer(const std::string& series) {
  return place_of(series).has_value();
}

std::string layer_table(const TrialCourse& course, std::size_t width) {
  std::map<int, std::map<std::size_t, double>> layers;  // by layer, then series
  std::set<std::size_t> shown;
  int last = 0;
  for (const SeriesEnds& series : course.ends) {
    if (const auto place = place_of(series.name)) {
      layers[place->layer][place->series] = mean_of(series.last);
      shown.insert(place->series);
      last = std::max(last, series.name.starts_with("pretrain") ? 0 : series.last_epoch);
    }
  }
  if (layers.empty()) {
    return "";
  }
  std::vector<TableColumn> columns{{"layer"}};
  for (const std::size_t series : shown) {
    columns.push_back({std::string(kSeries[series].title)});
  }
  for (const auto& [layer, values] : layers) {
    columns[0].cells.push_back(fmt::format("{}", layer));
    std::size_t column = 1;
    for (const std::size_t series : shown) {
      const auto value = values.find(series);
      columns[column++].cells.push_back(value == values.end() ? "" : short_number(value->second));
    }
  }
  const std::string where =
      course.folds == 0 ? fmt::format("at epoch {}", last)
                        : "at the last epoch" + mean_of_folds(course.folds, course.in_folds);
  return fmt::format("\nlayers, {}:\n{}", where, format_table(columns, width));
}

}  // namespace hpsearch::reports

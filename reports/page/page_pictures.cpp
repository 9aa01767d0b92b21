#include "reports/page/page_pictures.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/base64.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/png.h"
#include "reports/winner/weight_tiles.h"
#include "reports/winner/winner_predictions.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// Weights hardly compress, so more or larger tiles would dominate the page. The browser can enlarge
// pixels just as well.
constexpr TileLimits kTiles{.tiles = 144, .pixels = 1};

Json weights_json(storage::Queries& queries, const storage::SweepRow& sweep) {
  std::string reason;
  const auto tiles = winner_tiles(queries, sweep, reason, kTiles);
  if (!tiles) {
    return nullptr;
  }
  const std::string which = tiles->shown < tiles->units ? fmt::format("The first {} of {} units",
                                                                      tiles->shown, tiles->units)
                                                        : fmt::format("{} units", tiles->units);
  return {
      {"png", base64(tiles->png)},
      {"units", tiles->units},
      {"text", fmt::format("{} of {} x {} weights. Smoothness {}: how similar neighbouring weights "
                           "are, from about 0 (noise, as before training) to 1.",
                           which, tiles->image.height, tiles->image.width,
                           short_number(tiles->smoothness))}};
}

Json row_json(const WinnerPredictions& predictions, const WinnerPredictions::Row& row) {
  Json json{{"row", row.row}};
  if (predictions.task == "regression") {
    json["true_value"] = row.true_values;
    json["predicted_value"] = row.predicted_values;
  } else {
    json["truth"] = row.truth;
    json["predicted"] = row.predicted;
    json["p_true"] = finite(row.truth_probability);
    json["p_predicted"] = finite(row.predicted_probability);
  }
  if (!row.pixels.empty()) {
    json["png"] = base64(png({predictions.image.width, predictions.image.height, row.pixels}));
  }
  return json;
}

Json predictions_json(storage::Queries& queries, const storage::SweepRow& sweep) {
  const auto predictions = read_winner_predictions(queries, sweep);
  if (!predictions) {
    return nullptr;
  }
  const bool regression = predictions->task == "regression";
  Json json{{"task", predictions->task},
            {"part", predictions->part},
            {"text", regression
                         ? fmt::format("Out of {} {} rows.", predictions->rows, predictions->part)
                         : fmt::format("{} of {} {} rows are classified correctly.",
                                       predictions->correct, predictions->rows, predictions->part)},
            {"classes", predictions->classes},
            {"matrix", predictions->matrix},
            {"confusions", Json::array()},
            {"worst", Json::array()}};
  for (const WinnerPredictions::Confusion& confusion : predictions->confusions) {
    json["confusions"].push_back(
        {{"truth", confusion.truth}, {"predicted", confusion.predicted}, {"rows", confusion.rows}});
  }
  for (const WinnerPredictions::Row& row : predictions->worst) {
    json["worst"].push_back(row_json(*predictions, row));
  }
  if (predictions->explanation) {
    json["explanation"] = to_json(*predictions->explanation);
  }
  return json;
}

}  // namespace

std::string page_pictures(storage::Queries& queries, const storage::SweepRow& sweep) {
  return nn::json_text(Json{{"weights", weights_json(queries, sweep)},
                            {"predictions", predictions_json(queries, sweep)}});
}

}  // namespace hpsearch::reports

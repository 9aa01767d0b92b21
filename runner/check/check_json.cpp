#include "runner/check/check_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/network/model_summary.h"
#include "nn/training/batch_loader.h"
#include "nn/training/embedded_inputs.h"
#include "reports/text/json_values.h"
#include "runner/process/usable_cores.h"
#include "runner/run/lag_text.h"
#include "runner/run/sweep_stages.h"

namespace hpsearch::runner {
namespace {

using Json = nlohmann::ordered_json;
using reports::or_null;

Json data_json_of(const nn::TrainingData& data) {
  const nn::Dataset& dataset = *data.dataset;
  Json json{{"name", dataset.name},
            {"rows", dataset.rows},
            {"features", dataset.columns},
            {"task", nn::to_text(dataset.task)},
            {"classes", dataset.class_names},
            {"train", data.split.train.size()},
            {"validation", data.split.validation.size()},
            {"test", data.split.test.size()},
            {"folds", data.folds.size()},
            {"columns", Json::array()},
            {"notes", dataset.notes}};
  for (const nn::ColumnReport& column : dataset.column_reports) {
    json["columns"].push_back({{"name", column.name}, {"treatment", column.treatment}});
  }
  return json;
}

Json model_json(const search::SweepSpec& spec, const nn::TrainingData& data) {
  const nn::Settings settings = nn::make_settings(middle_settings(spec));
  const nn::NetworkInputs inputs = nn::network_inputs(settings, data);
  const std::size_t outputs = nn::network_outputs(*data.dataset);
  const nn::ModelSummary model =
      nn::summarise_model(settings, inputs, outputs, nn::rows_of_batch(settings, data));
  Json json{{"inputs", inputs.all()},
            {"hidden", settings.hidden},
            {"outputs", outputs},
            {"parameters", model.parameters},
            {"bytes", model.input_bytes + model.pass_bytes + model.parameter_bytes},
            {"layers", Json::array()}};
  for (const nn::SummaryRow& row : model.rows) {
    json["layers"].push_back(
        {{"name", row.name}, {"units", row.units}, {"parameters", row.parameters}});
  }
  return json;
}

}  // namespace

Json check_head(const std::string& path, bool valid) {
  return {{"format", reports::kJsonFormat}, {"file", path}, {"valid", valid}};
}

void add_plan(Json& answer,
              const SweepFile& file,
              const search::SweepSpec& spec,
              const std::optional<WarmStart>& warm,
              const std::optional<storage::Shard>& shard) {
  const auto stages = new_stages(spec);
  answer["sweep"] = spec.name;
  answer["method"] = spec.method;
  answer["metric"] = spec.metric.name;
  answer["goal"] = search::to_text(spec.metric.goal);
  answer["run_cap"] = spec.limits.trials;
  answer["epochs"] = or_null(planned_epochs(spec));
  answer["shard"] = shard ? Json{{"index", shard->index}, {"count", shard->count}} : Json(nullptr);
  answer["space"] = nn::parse_ordered_json(stages.front().space_json);
  answer["stages"] = Json::array();
  for (const storage::StageRow& stage : stages) {
    answer["stages"].push_back(
        {{"stage", stage.stage}, {"trials", stage.trials}, {"epochs", or_null(stage.epochs)}});
  }
  answer["warm_start"] = Json::array();
  for (const std::string& line : warm_start_lines(warm)) {
    answer["warm_start"].push_back(line);
  }
  answer["notes"] = file.notes;
  answer["program"] = spec.program.has_value();
}

void add_training(Json& answer,
                  const search::SweepSpec& spec,
                  const nn::TrainingData& data,
                  const Estimate& estimate,
                  int workers) {
  answer["data"] = data_json_of(data);
  answer["model"] = model_json(spec, data);
  const int busy = std::min(busy_workers(spec, workers), usable_cores());
  answer["estimate"] = {{"epoch_seconds", reports::finite(estimate.epoch_seconds)},
                        {"workers", workers},
                        {"seconds", or_null(estimate.seconds(busy))}};
}

Json invalid_json(const std::string& path,
                  const std::vector<Diagnostic>& errors,
                  const std::string& message) {
  Json json = check_head(path, false);
  json["errors"] = Json::array();
  const auto number = [](int n) { return n > 0 ? Json(n) : Json(nullptr); };
  for (const Diagnostic& error : errors) {
    json["errors"].push_back({{"line", number(error.position.line)},
                              {"column", number(error.position.column)},
                              {"message", error.message}});
  }
  if (errors.empty()) {
    json["errors"].push_back({{"line", nullptr}, {"column", nullptr}, {"message", message}});
  }
  return json;
}

}  // namespace hpsearch::runner

#include "nn/model/predictor.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "nn/base/compute_thread.h"
#include "nn/data/gather.h"
#include "nn/data/whitening.h"
#include "nn/files/data_error.h"
#include "nn/model/mean_prediction.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {
namespace {

// Products of more rows would need more memory than a prediction should take. Then other shapes do,
// whose results differ in their last bits.
constexpr std::size_t kMostRows = 8192;
constexpr std::size_t kUsualRows = 256;

// Settings of a network that only evaluates: nothing is drawn, dropped or masked.
Settings for_evaluation(const TrainedModel& model, std::optional<Precision> precision) {
  Settings settings = model.settings;
  settings.precision = precision.value_or(model.precision);
  settings.init = Initialiser::kZero;
  settings.dropout = PerLayer<double>(0.0);
  settings.input_dropout = 0.0;
  return settings;
}

// In float32 only the rows of an evaluation matter; in bfloat16 the packing of the weights follows
// from the training batch.
ProductRows product_rows(const TrainedModel& model, const Settings& settings) {
  ProductRows rows = model.products;
  rows.evaluation = std::max(rows.evaluation, rows.batch);
  if (rows.evaluation > kMostRows) {
    return {kUsualRows, kUsualRows};
  }
  if (settings.precision == Precision::kF32) {
    rows.batch = rows.evaluation;
  }
  return rows;
}

}  // namespace

struct Predictor::Impl {
  Impl(const TrainedModel& trained, const Settings& settings, const ProductRows& rows)
      : model(trained),
        network(settings,
                trained.inputs.of_network(),
                trained.target.outputs(),
                rows.batch,
                0,
                {},
                rows.evaluation) {
    network.clip_outputs(trained.target.ranges);
    if (!trained.inputs.whitening.empty()) {
      whitener.emplace(trained.inputs.whitening, trained.inputs.features);
      // What fit_scaling makes of whitened features.
      behind_whitening.centre.assign(trained.inputs.features, 0.0);
      behind_whitening.factor.assign(trained.inputs.features, 1.0);
      behind_whitening.fill.assign(trained.inputs.features, 0.0);
    }
  }

  void gather(const Dataset& rows, const ColumnScaling& scaling) {
    if (network.rounded_inputs().empty()) {
      gather_rows(rows, scaling, numbers, network.inputs().data(), network.input_stride());
    } else {
      gather_rows(rows, scaling, numbers, network.rounded_inputs().data(), network.input_stride());
    }
  }

  const TrainedModel& model;
  Mlp network;
  std::optional<Whitener> whitener;
  ColumnScaling behind_whitening;
  std::vector<std::uint32_t> numbers;  // of the rows of a batch
};

Predictor::Predictor(const TrainedModel& model, std::optional<Precision> precision)
    : model_(model) {
  for (const TrainedModel& member : model.members) {
    members_.push_back(std::make_unique<Predictor>(member, precision));
  }
  if (!members_.empty()) {
    return;
  }
  const ComputeThread guard;
  const Settings settings = for_evaluation(model, precision);
  impl_ = std::make_unique<Impl>(model, settings, product_rows(model, settings));
  if (!set_weights(impl_->network, model.weights)) {
    throw DataError("model", "its weights are not those of a network with its settings",
                    "take a file that this version of hpsearch wrote");
  }
}

Predictor::~Predictor() = default;

void Predictor::predict_mean(const Dataset& rows, const OutputSink& use) {
  MeanPrediction mean(model_.target, rows.rows);
  for (std::size_t m = 0; m < members_.size(); ++m) {
    members_[m]->predict(
        rows, [&](std::size_t first, std::size_t count, const float* outputs, std::size_t stride) {
          mean.add(model_.members[m].target, model_.shares[m], first, count, outputs, stride);
        });
  }
  const std::size_t width = model_.target.outputs();
  std::vector<float> outputs(kUsualRows * width);
  for (std::size_t first = 0; first < rows.rows; first += kUsualRows) {
    const std::size_t count = std::min(kUsualRows, rows.rows - first);
    mean.write_outputs(first, count, outputs.data());
    use(first, count, outputs.data(), width);
  }
}

void Predictor::predict(const Dataset& rows, const OutputSink& use) {
  if (!members_.empty()) {
    predict_mean(rows, use);
    return;
  }
  const ComputeThread guard;
  Impl& p = *impl_;
  Dataset whitened;
  if (p.whitener) {
    whitened.rows = rows.rows;
    whitened.columns = rows.columns;
    whitened.real_features = p.whitener->run(rows, p.model.inputs.scaling);
  }
  const Dataset& read = p.whitener ? whitened : rows;
  const ColumnScaling& scaling = p.whitener ? p.behind_whitening : p.model.inputs.scaling;
  const std::size_t batch = p.network.evaluation_rows();
  for (std::size_t first = 0; first < rows.rows; first += batch) {
    p.numbers.resize(std::min(batch, rows.rows - first));
    std::iota(p.numbers.begin(), p.numbers.end(), static_cast<std::uint32_t>(first));
    p.gather(read, scaling);
    p.network.predict(p.numbers.size());
    use(first, p.numbers.size(), p.network.outputs().data(), p.network.output_stride());
  }
}

void read_outputs(const ModelTarget& target, const float* outputs, std::span<double> values) {
  if (target.task == Task::kRegression) {
    for (std::size_t t = 0; t < values.size(); ++t) {
      values[t] = target.scaling[t].in_own_units(outputs[t]);
    }
    return;
  }
  // A single logit belongs to class 1; that of class 0 is then 0.
  const bool binary = target.task == Task::kBinary;
  const auto logit = [&](std::size_t c) {
    return binary ? (c == 0 ? 0.0 : static_cast<double>(outputs[0]))
                  : static_cast<double>(outputs[c]);
  };
  // The largest logit is taken out so that no exponential overflows.
  const double largest = logit(most_probable_class(target, outputs));
  double sum = 0.0;
  for (std::size_t c = 0; c < values.size(); ++c) {
    values[c] = std::exp(logit(c) - largest);
    sum += values[c];
  }
  for (double& value : values) {
    value /= sum;
  }
}

std::size_t most_probable_class(const ModelTarget& target, const float* outputs) {
  if (target.task == Task::kBinary) {
    return outputs[0] > 0.0F ? 1 : 0;
  }
  return static_cast<std::size_t>(std::max_element(outputs, outputs + target.classes.size()) -
                                  outputs);
}

std::size_t predicted_class(const ModelTarget& target, const float* outputs) {
  if (target.task == Task::kBinary) {
    return outputs[0] > label_cut(target.threshold) ? 1 : 0;
  }
  return most_probable_class(target, outputs);
}

}  // namespace hpsearch::nn

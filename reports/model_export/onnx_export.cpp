#include "reports/model_export/onnx_export.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/files/data_error.h"
#include "reports/model_export/onnx_graph.h"
#include "reports/model_export/onnx_network.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kMostBytes = 2'000'000'000;  // protobuf reads messages below 2 GiB

std::int64_t whole(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

class OnnxWriter {
 public:
  explicit OnnxWriter(const ModelPlan& plan) : plan_(plan) {}

  std::string write() {
    std::string x = plan_.bytes ? from_bytes() : from_features();
    if (!plan_.whitening().empty()) {
      x = whiten(x);
    }
    outputs(mean_answer(x));
    const std::string tool = plan_.origin().empty() ? "hpsearch" : plan_.origin().front().second;
    return graph_.model(tool, meaning(), plan_.origin());
  }

 private:
  std::string meaning() const {
    return plan_.is_mean()
               ? fmt::format("the mean of {} multilayer perceptrons with their preprocessing",
                             plan_.networks.size())
               : "a multilayer perceptron with its preprocessing";
  }

  std::string cast(const std::string& value, OnnxType type) {
    return graph_.node("Cast", {value},
                       {onnx_attribute("to", std::int64_t{static_cast<int>(type)})});
  }

  std::string from_bytes() {
    std::vector<float> scale;
    std::vector<float> shift;
    for (const PlanFeature& feature : plan_.features) {
      scale.push_back(static_cast<float>(feature.factor));
      shift.push_back(static_cast<float>(feature.shift));
    }
    const std::string x = graph_.input("x", OnnxType::kByte, {kRows, whole(plan_.inputs.size())},
                                       "bytes, row by row where they are the pixels of an image");
    return graph_.node(
        "Add", {graph_.node("Mul", {cast(x, OnnxType::kFloat), graph_.floats("scale", scale)}),
                graph_.floats("shift", shift)});
  }

  // The scaled features, as floats.
  std::string from_features() {
    numbers();
    texts();
    std::string x = parts_.size() == 1
                        ? parts_.front()
                        : graph_.node("Concat", parts_, {onnx_attribute("axis", std::int64_t{1})});
    if (!std::is_sorted(order_.begin(), order_.end())) {
      std::vector<std::int64_t> places(order_.size());  // where each feature stands now
      for (std::size_t i = 0; i < order_.size(); ++i) {
        places[order_[i]] = whole(i);
      }
      x = gather(x, places, "order of the features");
    }
    std::vector<double> centre;
    std::vector<double> factor;
    std::vector<double> bend;
    for (const PlanFeature& feature : plan_.features) {
      bend.push_back(feature.bend);
      centre.push_back(feature.centre);
      factor.push_back(feature.factor);
    }
    x = graph_.node("Sub", {x, graph_.doubles("centre", centre)});
    x = graph_.node("Mul", {x, graph_.doubles("factor", factor)});
    if (std::any_of(bend.begin(), bend.end(), [](double b) { return b > 0.0; })) {
      const std::string third = graph_.node("Mul", {x, graph_.doubles("bend", bend)});
      const double one = 1.0;
      const std::string sum = graph_.node(
          "Add", {graph_.node("Mul", {third, third}), graph_.doubles("one, double", {&one, 1})});
      x = graph_.node("Div", {x, graph_.node("Sqrt", {sum})});
    }
    return cast(x, OnnxType::kFloat);
  }

  std::string gather(const std::string& value,
                     const std::vector<std::int64_t>& columns,
                     const std::string& name) {
    return graph_.node("Gather", {value, graph_.integers(name, columns)},
                       {onnx_attribute("axis", std::int64_t{1})});
  }

  // The values of the numbers and where they are missing.
  void numbers() {
    std::vector<std::int64_t> column(plan_.inputs.size());  // of the matrix of numbers
    std::vector<std::string> names;
    std::vector<double> missing;
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
      const PlanInput& input = plan_.inputs[i];
      if (!input.text) {
        column[i] = plan_.matrix ? whole(i) : whole(names.size());
        if (!plan_.matrix) {
          names.push_back(graph_.input(input.name, OnnxType::kDouble, {kRows, 1},
                                       input.meaning + "; NaN where it is missing"));
        }
      }
    }
    std::string x;
    if (plan_.matrix) {
      x = graph_.input("x", OnnxType::kDouble, {kRows, whole(plan_.inputs.size())},
                       "numbers, NaN where one is missing");
      if (plan_.single) {
        x = cast(cast(x, OnnxType::kFloat), OnnxType::kDouble);
      }
    } else if (names.empty()) {
      return;
    } else {
      x = names.size() == 1
              ? names.front()
              : graph_.node("Concat", names, {onnx_attribute("axis", std::int64_t{1})});
    }
    std::vector<std::int64_t> values;
    std::vector<std::int64_t> flags;
    std::vector<double> fill;
    std::vector<std::size_t> value_features;
    std::vector<std::size_t> flag_features;
    for (std::size_t f = 0; f < plan_.features.size(); ++f) {
      const PlanFeature& feature = plan_.features[f];
      if (feature.kind == FeatureKind::kValue) {
        values.push_back(column[feature.input]);
        fill.push_back(feature.fill);
        value_features.push_back(f);
      } else if (feature.kind == FeatureKind::kMissing) {
        flags.push_back(column[feature.input]);
        flag_features.push_back(f);
      }
    }
    const std::string is_missing = find_missing(x, column);
    if (!values.empty()) {
      const std::string there = gather(x, values, "columns of the values");
      const std::string gone = gather(is_missing, values, "columns of the values");
      add_part(graph_.node("Where", {gone, graph_.doubles("fill", fill), there}), value_features);
    }
    if (!flags.empty()) {
      add_part(cast(gather(is_missing, flags, "columns of the missing values"), OnnxType::kDouble),
               flag_features);
    }
  }

  // NaN, or a number that the sweep file lists.
  std::string find_missing(const std::string& x, const std::vector<std::int64_t>& column) {
    std::string found = graph_.node("IsNaN", {x});
    std::size_t most = 0;
    std::size_t columns = 0;
    for (const auto& input : plan_.inputs) {
      most = std::max(most, input.missing.size());
      columns += static_cast<std::size_t>(!input.text);
    }
    for (std::size_t k = 0; k < most; ++k) {
      // Columns without a k-th such number compare with NaN, which equals nothing.
      std::vector<double> marker(columns, std::numeric_limits<double>::quiet_NaN());
      for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
        if (k < plan_.inputs[i].missing.size()) {
          marker[static_cast<std::size_t>(column[i])] = plan_.inputs[i].missing[k];
        }
      }
      found =
          graph_.node("Or", {found, graph_.node("Equal", {x, graph_.doubles("missing", marker)})});
    }
    return found;
  }

  void add_part(const std::string& value, const std::vector<std::size_t>& features) {
    parts_.push_back(value);
    order_.insert(order_.end(), features.begin(), features.end());
  }

  // One feature for each level: the level's number, then one-hot.
  void texts() {
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
      if (plan_.inputs[i].text) {
        text(i);
      }
    }
  }

  void text(std::size_t input) {
    const PlanInput& from = plan_.inputs[input];
    std::vector<std::size_t> features;
    std::vector<std::int64_t> categories;
    bool other = false;
    const PlanFeature* pair = nullptr;  // two levels in one feature, with a number for other texts
    for (std::size_t f = 0; f < plan_.features.size(); ++f) {
      const PlanFeature& feature = plan_.features[f];
      if (feature.input == input) {
        features.push_back(f);
        other = other || feature.kind == FeatureKind::kOther;
        pair = feature.fill != 0.0 ? &feature : pair;
        categories.push_back(
            whole(feature.kind == FeatureKind::kOther ? from.levels.size() : feature.level));
      }
    }
    std::vector<std::string> keys;
    std::vector<std::int64_t> numbers;
    for (auto& [text, level] : level_spellings(from.levels)) {
      keys.push_back(std::move(text));
      numbers.push_back(whole(level));
    }
    const std::int64_t none = whole(from.levels.size()) + 1;
    if (other) {
      for (const std::string& word : missing_texts(plan_)) {
        if (std::find(keys.begin(), keys.end(), word) == keys.end()) {
          keys.push_back(word);
          numbers.push_back(none);
        }
      }
    }
    const std::string cells =
        graph_.input(from.name, OnnxType::kText, {kRows, 1},
                     fmt::format("{}, empty where it is missing; the levels are: {}", from.meaning,
                                 fmt::join(from.levels, " | ")));
    if (pair != nullptr) {
      add_part(two_levels(cells, keys, numbers, pair->fill), features);
      return;
    }
    const std::string level =
        graph_.node("ml.LabelEncoder", {cells},
                    {onnx_attribute("keys_strings", keys), onnx_attribute("values_int64s", numbers),
                     onnx_attribute("default_int64", other ? whole(from.levels.size()) : none)});
    graph_.declare(level, OnnxType::kInteger, {kRows, 1});
    const std::string hot = graph_.node(
        "ml.OneHotEncoder", {level},
        {onnx_attribute("cats_int64s", categories), onnx_attribute("zeros", std::int64_t{1})});
    const std::int64_t width = whole(categories.size());
    graph_.declare(hot, OnnxType::kFloat, {kRows, 1, width});
    const std::vector<std::int64_t> shape{0, width};  // 0: as it is
    add_part(cast(graph_.node("Reshape", {hot, graph_.integers("shape of the levels", shape)}),
                  OnnxType::kDouble),
             features);
  }

  // 0, 1 or `unknown`, which is 0.5: the encoder gives these numbers twice, as whole ones.
  std::string two_levels(const std::string& cells,
                         const std::vector<std::string>& keys,
                         std::vector<std::int64_t> numbers,
                         double unknown) {
    std::transform(numbers.begin(), numbers.end(), numbers.begin(),
                   [](std::int64_t level) { return 2 * level; });
    const std::string twice =
        graph_.node("ml.LabelEncoder", {cells},
                    {onnx_attribute("keys_strings", keys), onnx_attribute("values_int64s", numbers),
                     onnx_attribute("default_int64", std::int64_t{1})});
    graph_.declare(twice, OnnxType::kInteger, {kRows, 1});
    return graph_.node(
        "Mul", {cast(twice, OnnxType::kDouble), graph_.doubles("unknown level", {&unknown, 1})});
  }

  std::string number(const std::string& name, float value) {
    return graph_.floats(name, std::span<const float>(&value, 1));
  }

  // Summed in double precision: where columns depend on each other, large terms cancel.
  std::string whiten(const std::string& x) {
    const std::int64_t side = whole(plan_.features.size());
    const std::string turn = graph_.floats("whitening", plan_.whitening(), {side, side});
    return cast(graph_.node("Gemm", {cast(x, OnnxType::kDouble), cast(turn, OnnxType::kDouble)},
                            {onnx_attribute("transB", std::int64_t{1})}),
                OnnxType::kFloat);
  }

  // `z`, or the nearest value within the network's ranges.
  std::string clip(const PlanNetwork& network, const std::string& z) {
    if (network.ranges().empty()) {
      return z;
    }
    std::vector<float> least;
    std::vector<float> most;
    for (const nn::OutputRange& range : network.ranges()) {
      least.push_back(range.least);
      most.push_back(range.most);
    }
    return graph_.node("Min", {graph_.node("Max", {z, graph_.floats("least", least)}),
                               graph_.floats("most", most)});
  }

  // Of a network's outputs `z`: the numbers of a regression, doubles, or the probabilities, floats.
  std::string answer(const PlanNetwork& network, const std::string& z) {
    switch (plan_.task()) {
      case nn::Task::kRegression: {
        std::vector<double> deviation;
        std::vector<double> mean;
        for (const nn::TargetScaling& scaling : network.scaling()) {
          deviation.push_back(scaling.deviation);
          mean.push_back(scaling.mean);
        }
        const std::string scaled =
            graph_.node("Mul", {cast(clip(network, z), OnnxType::kDouble),
                                graph_.doubles("target deviation", deviation)});
        return graph_.node("Add", {scaled, graph_.doubles("target mean", mean)});
      }
      case nn::Task::kBinary: {
        const std::string second = graph_.node("Sigmoid", {z});
        const std::string first = graph_.node("Sub", {number("one", 1.0F), second});
        return graph_.node("Concat", {first, second}, {onnx_attribute("axis", std::int64_t{1})});
      }
      case nn::Task::kClassification:
        break;
    }
    return graph_.node("Softmax", {z}, {onnx_attribute("axis", std::int64_t{1})});
  }

  std::string mean_answer(const std::string& x) {
    if (!plan_.is_mean()) {
      const PlanNetwork& network = plan_.networks.front();
      return answer(network, onnx_network(graph_, network, "", x));
    }
    std::string sum;
    for (std::size_t m = 0; m < plan_.networks.size(); ++m) {
      const PlanNetwork& network = plan_.networks[m];
      const std::string own =
          answer(network, onnx_network(graph_, network, fmt::format("members.{}.", m), x));
      const std::string share = plan_.is_regression()
                                    ? graph_.doubles("share", {&network.share, 1})
                                    : number("share", static_cast<float>(network.share));
      const std::string part = graph_.node("Mul", {own, share});
      sum = m == 0 ? part : graph_.node("Add", {sum, part});
    }
    return sum;
  }

  // `answer`: of all networks together.
  void outputs(const std::string& answer) {
    const std::vector<std::string> names = plan_.output_names();
    if (plan_.is_regression()) {
      graph_.output("prediction", answer, OnnxType::kDouble, {kRows, whole(names.size())},
                    fmt::format("{}", fmt::join(names, " | ")));
      return;
    }
    const double threshold = plan_.model->target.threshold;
    std::string lead = answer;  // of each class, over the probability that it must exceed
    if (plan_.task() == nn::Task::kBinary && threshold != 0.5) {
      const float second = static_cast<float>(threshold);
      const std::vector<float> both{1.0F - second, second};
      lead = graph_.node("Sub", {answer, graph_.floats("thresholds", both)});
    }
    const std::string label = graph_.node(
        "ArgMax", {lead},
        {onnx_attribute("axis", std::int64_t{1}), onnx_attribute("keepdims", std::int64_t{0})});
    std::vector<std::int64_t> labels(names.size());
    std::iota(labels.begin(), labels.end(), 0);
    const std::string name =
        graph_.node("ml.LabelEncoder", {label},
                    {onnx_attribute("keys_int64s", labels), onnx_attribute("values_strings", names),
                     onnx_attribute("default_string", std::string_view(""))});
    graph_.declare(name, OnnxType::kText, {kRows});
    graph_.output("prediction", name, OnnxType::kText, {kRows},
                  lead == answer ? "the most probable class" : "the class by its threshold");
    graph_.output("probabilities", answer, OnnxType::kFloat, {kRows, whole(names.size())},
                  fmt::format("{}", fmt::join(names, " | ")));
  }

  const ModelPlan& plan_;
  OnnxGraph graph_;
  std::vector<std::string> parts_;  // of the features, side by side
  std::vector<std::size_t> order_;  // the feature of each of their columns
};

}  // namespace

std::string onnx_file(const ModelPlan& plan) {
  std::size_t bytes = plan.whitening().size() * sizeof(float);
  for (const PlanNetwork& network : plan.networks) {
    for (const nn::LoadedTensor& tensor : network.model->weights) {
      bytes += tensor.values.size() * sizeof(float);
    }
  }
  if (bytes > kMostBytes) {
    throw nn::DataError(
        "the model",
        fmt::format("has {} bytes of weights, but an ONNX file holds less than 2 GiB", bytes),
        "write --format npz or --format c");
  }
  return OnnxWriter(plan).write();
}

}  // namespace hpsearch::reports

#include "nn/network/model_summary.h"

#include <fmt/format.h>

namespace hpsearch::nn {
namespace {

// "LeakyReLU:slope 0.01": the kind of the row and, after a colon, its detail. Empty: no row.
std::string name_of(const Settings& s, Activation kind) {
  switch (kind) {
    case Activation::kLinear:
      return "";
    case Activation::kStep:
      return "Step";
    case Activation::kSigmoid:
      return "Sigmoid";
    case Activation::kTanh:
      return "Tanh";
    case Activation::kRelu:
      return "ReLU";
    case Activation::kLeakyRelu:
      return fmt::format("LeakyReLU:slope {:g}", s.slope);
    case Activation::kElu:
      return fmt::format("ELU:alpha {:g}", s.alpha);
    case Activation::kMish:
      return "Mish";
    case Activation::kSilu:
      return "SiLU";
    case Activation::kGelu:
      return "GELU";
    case Activation::kSelu:
      return "SELU";
    case Activation::kMaxout:
      break;
  }
  return fmt::format("Maxout:{} pieces", s.maxout_pieces);
}

class Summary {
 public:
  explicit Summary(const Settings& settings) : s_(settings) {}

  ModelSummary make(const NetworkInputs& inputs, std::size_t outputs, std::size_t batch_rows) {
    if (s_.input_dropout > 0.0) {
      add("Dropout", fmt::format("p {:g}", s_.input_dropout), inputs.numbers, 0);
    }
    if (!inputs.waved.empty()) {
      const std::size_t numbers = 2 + kWaves;  // of a frequency
      add("PBLD",
          fmt::format("{} frequencies of {} numeric inputs", s_.frequencies, inputs.waved.size()),
          inputs.waves(),
          inputs.waved.size() * (static_cast<std::size_t>(s_.frequencies) * numbers + kWaves));
    }
    if (!inputs.binned.empty()) {
      add("PLE", fmt::format("bins of {} numeric inputs", inputs.binned.size()), inputs.bins(), 0);
    }
    std::size_t in = inputs.all();
    if (s_.scaling) {
      add("Scaling", "a factor per input", in, in);
    }
    // The layers of Mlp, in the order in which a row passes through them.
    for (std::size_t l = 0; l < s_.hidden.size(); ++l) {
      const auto units = static_cast<std::size_t>(s_.hidden[l]);
      const bool maxout = s_.activation.of(l) == Activation::kMaxout;
      const std::size_t wide = units * (maxout ? static_cast<std::size_t>(s_.maxout_pieces) : 1);
      add_linear(in, wide);
      if (s_.batch_norm) {
        add("BatchNorm", fmt::format("epsilon {:g}, momentum {:g}", s_.bn_epsilon, s_.bn_momentum),
            wide, 2 * wide);
      }
      const std::string activation = name_of(s_, s_.activation.of(l));
      const std::size_t colon = activation.find(':');
      if (!activation.empty()) {
        add(activation.substr(0, colon),
            colon == std::string::npos ? "" : activation.substr(colon + 1), units, 0);
      }
      if (s_.dropout.of(l) > 0.0) {
        add("Dropout", fmt::format("p {:g}", s_.dropout.of(l)), units, 0);
      }
      in = units;
    }
    add_linear(in, outputs);
    constexpr double kFloat = 4.0;
    summary_.pass_bytes *= static_cast<double>(batch_rows);
    summary_.input_bytes = kFloat * static_cast<double>(inputs.numbers * batch_rows);
    summary_.parameter_bytes = kFloat * static_cast<double>(summary_.parameters);
    return summary_;
  }

 private:
  void add(const std::string& kind, std::string detail, std::size_t units, std::size_t parameters) {
    summary_.rows.push_back({fmt::format("{}-{}", kind, summary_.rows.size() + 1),
                             std::move(detail), units, parameters});
    summary_.parameters += parameters;
    summary_.pass_bytes += 2.0 * 4.0 * static_cast<double>(units);
  }

  void add_linear(std::size_t in, std::size_t out) {
    add("Linear", s_.bias ? "" : "no bias", out, in * out + (s_.bias ? out : 0));
  }

  const Settings& s_;
  ModelSummary summary_;
};

}  // namespace

ModelSummary summarise_model(const Settings& settings,
                             const NetworkInputs& inputs,
                             std::size_t outputs,
                             std::size_t batch_rows) {
  return Summary(settings).make(inputs, outputs, batch_rows);
}

}  // namespace hpsearch::nn

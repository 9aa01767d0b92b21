#include "tests/runner/whole/sweep_generator.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/runner/whole/sweep_draws.h"

namespace hpsearch::test {
namespace {

class Generator : private SweepDraws {
 public:
  explicit Generator(std::uint64_t seed) : SweepDraws(seed) {}

  std::string sweep() {
    staged_ = method_ == "coarse_to_fine";
    choose_data();
    choose_layers();
    choose_network();
    choose_training();
    choose_schedule();
    if (parameters_.empty() && (staged_ || chance(0.7))) {
      range("learning_rate", 1e-3, 1.0);
    }
    choose_constraints();
    return text();
  }

 private:
  void choose_data() {
    static const Words kSources{"xor", "or", "logistic", "spiral", "linear-synthetic"};
    source_ = chance(0.05) ? "digits" : any_of(kSources);
    regression_ = source_ == "linear-synthetic";
    const bool two = !regression_ && source_ != "spiral" && source_ != "digits";
    Words metrics{"val_loss", "train_loss"};
    if (regression_) {
      metrics.insert(metrics.end(), {"val_rmse", "val_mae", "val_r2"});
    } else {
      metrics.insert(metrics.end(),
                     {"val_accuracy", "val_balanced_accuracy", "val_f1", "train_accuracy"});
    }
    if (two) {
      metrics.push_back("val_auc");
    }
    if (chance(0.7)) {
      const std::string metric = any_of(metrics);
      metric_ = fmt::format(
          "{{name: {}{}}}", metric,
          chance(0.1) && metric.find("acc") != std::string::npos ? ", target: 0.9" : "");
    }
    if (chance(0.2)) {
      data_ += fmt::format(", preprocess: {}", any_of({"none", "standardize"}));
    }
    if (chance(0.2)) {
      data_ += fmt::format(", split_seed: {}", number(0, 9));
    }
  }

  void choose_layers() {
    switch (number(0, 8)) {
      case 0:
        model_["hidden"] = any_of({"[]", "[4]", "[4, 3]"});
        break;
      case 1:
        add("hidden", "{values: [[4], [6, 3], [8]]}");
        break;
      case 2:
        whole("hidden_layers", number(0, 1), number(2, 3));
        whole("hidden_units", 2, 9, chance(0.5) ? "hidden_layers >= 1" : "");
        break;
      case 3:
      case 4:
        whole("hidden_layers", number(0, 1), 2);
        whole("hidden1", 2, 9);
        whole("hidden2", 2, 9, chance(0.5) ? "hidden_layers >= 2" : "");
        break;
      case 5:
        whole("hidden1", 2, 9);
        whole("hidden2", 2, 9, chance(0.7) ? "hidden1 >= 5" : "");
        break;
      case 6:
        model_["hidden1"] = "5";
        model_["hidden2"] = "4";
        whole("hidden_layers", 0, 2);
        break;
      default:
        model_["hidden"] = "[5]";
    }
  }

  void choose_network() {
    if (chance(0.35)) {
      words("activation", {"relu", "tanh", "sigmoid", "elu", "leaky_relu", "maxout", "linear"});
      if (chance(0.5)) {
        range("slope", 0.01, 0.3, "activation == \"leaky_relu\"");
        range("alpha", 0.5, 1.5, "activation in [\"elu\"]");
        whole("maxout_pieces", 2, 3, "activation == \"maxout\"");
        drop_impossible("activation");
      }
    } else if (chance(0.1)) {
      model_["activation"] = "sigmoid";
      words("pretrain", {"none", "rbm"});
      whole("pretrain.epochs", 1, 2, "pretrain == \"rbm\"");
      range("pretrain.learning_rate", 0.01, 0.2, "pretrain == \"rbm\"");
      drop_impossible("pretrain");
    }
    if (chance(0.25)) {
      words("batch_norm", {"true", "false"});
      range("bn_momentum", 0.05, 0.5, chance(0.5) ? "batch_norm" : "batch_norm == true");
      drop_impossible("batch_norm");
    }
    if (chance(0.2)) {
      words("init", {"he_normal", "xavier_uniform", "normal", "torch_default"});
      range("init_std", 0.01, 1.0, "init == \"normal\"");
      drop_impossible("init");
    } else if (chance(0.1)) {
      range("gain", 0.3, 3.0);
    }
    if (chance(0.25)) {
      range("dropout", 0.0, 0.5);
    } else if (chance(0.1)) {
      model_["dropout"] = "0.2";
    }
    if (chance(0.1)) {
      range("input_dropout", 0.0, 0.3);
    }
  }

  void choose_training() {
    training_["epochs"] = std::to_string(chance(0.12) ? number(10, 12) : number(1, 3));
    if (!staged_ && chance(0.08)) {
      training_.erase("epochs");
      whole("epochs", 1, 3);
    }
    if (chance(0.75)) {
      chance(0.15) ? range("learning_rate", 1e6, 1e12)
                   : range("learning_rate", 1e-3, chance(0.2) ? 1e4 : 1.0);
    } else if (chance(0.5)) {
      training_["learning_rate"] = any_of({"0.001", "0.1", "1e15"});
    }
    if (chance(0.4)) {
      words("optimizer", {"sgd", "adagrad", "rmsprop", "adam", "adamw"});
      if (chance(0.8)) {
        range("momentum", 0.1, 0.99,
              any_of({"optimizer == \"sgd\"", "optimizer in [\"sgd\", \"rmsprop\"]"}));
        range("beta2", 0.9, 0.999, "optimizer == \"adam\" or optimizer == \"adamw\"");
        range("rho", 0.8, 0.99, "optimizer == \"rmsprop\"");
        if (chance(0.4)) {
          add("nesterov", "{values: [true, false], when: 'optimizer == \"sgd\"'}");
        }
        drop_impossible("optimizer");
      }
    } else if (chance(0.3)) {
      range("momentum", 0.1, 0.95);
    }
    if (chance(0.4)) {
      range(any_of({"l2", "l1", "weight_decay"}), 1e-6, 0.1);
    }
    if (chance(0.3)) {
      whole("batch_size", parameters_.contains("batch_norm") ? 2 : number(1, 2), 16);
    } else if (chance(0.3)) {
      training_["batch_size"] = any_of({"4", "full", "8"});
    }
    if (chance(0.1)) {
      add("max_norm", "{values: [none, 1.5, 3.0]}");
    }
    if (chance(0.1)) {
      range("grad_clip", 0.1, 5.0);
    }
    if (chance(0.1) && !regression_) {
      range("label_smoothing", 0.0, 0.2);
    }
    if (chance(0.15) && !regression_) {
      words("class_weights", {"none", "balanced"});
    }
    if (chance(0.4) && regression_) {
      words("loss", {"mse", "l1", "huber"});
      range("huber_delta", 0.5, 2.0, "loss == \"huber\"");
      drop_impossible("loss");
    }
    if (chance(0.1)) {
      add("seed", "{values: [1, 2, 3]}");
    }
    if (chance(0.1)) {
      training_["patience"] = any_of({"1", "2", "none"});
    }
  }

  void choose_schedule() {
    if (chance(0.25)) {
      words("schedule", {"constant", "exponential", "cosine", "one_cycle", "step"});
      range("schedule.factor", 0.1, 0.9, "schedule in [\"exponential\", \"step\"]");
      whole("schedule.every", 1, 2, "schedule == \"step\"");
      range("schedule.final", 0.001, 0.1, "schedule == \"cosine\"");
      drop_impossible("schedule");
    } else if (chance(0.15)) {
      training_["schedule"] =
          any_of({"cosine", "{type: step, every: 2, factor: 0.5}", "{type: cosine, warmup: 1}"});
    }
  }

  // Dependents of choices that were not drawn would be errors of the file itself.
  void drop_impossible(const std::string& name) {
    const std::string values = parameters_.at(name);
    std::erase_if(parameters_, [&](const auto& entry) {
      const std::string& map = entry.second;
      const std::size_t at = map.find("when: '");
      if (at == std::string::npos || map.find(name, at) == std::string::npos) {
        return false;
      }
      const std::string when = map.substr(at + 7);
      if (name == "batch_norm") {
        return values.find("true") == std::string::npos;
      }
      for (std::size_t quote = when.find('"'); quote != std::string::npos;) {
        const std::size_t end = when.find('"', quote + 1);
        const std::string word = when.substr(quote + 1, end - quote - 1);
        const std::string list = values.substr(0, values.find(']'));
        for (const char* before : {"[", " "}) {
          for (const char* after : {"", ","}) {
            const bool last = *after == '\0';
            if (last ? list.ends_with(before + word)
                     : list.find(before + word + after) != std::string::npos) {
              return false;
            }
          }
        }
        quote = when.find('"', end + 1);
      }
      return true;
    });
  }

  void choose_constraints() {
    const auto has = [&](const char* name) { return parameters_.contains(name); };
    if (has("hidden1") && has("hidden2") && chance(0.3)) {
      constraints_.push_back("hidden2 <= hidden1 + 2");
    }
    if (has("learning_rate") && has("dropout") && chance(0.4)) {
      constraints_.push_back("learning_rate + dropout <= 1e12");
    }
    if (has("optimizer") && has("momentum") && chance(0.4)) {
      constraints_.push_back("not (optimizer == \"sgd\" and momentum > 0.97)");
    }
    if (has("batch_size") && has("epochs") && chance(0.3)) {
      constraints_.push_back("batch_size * epochs <= 40 or epochs == 1");
    }
  }

  std::string options() {
    Words lines;
    if (staged_) {
      if (chance(0.3)) {
        lines.push_back(any_of({"stages: 2", "stages: 1",
                                "stages: [{share: 0.6, epochs: 1}, {share: 0.4, epochs: 2}]"}));
      }
      if (chance(0.5)) {
        lines.push_back("points: " + any_of({"grid", "random", "sobol"}));
      }
      if (chance(0.3)) {
        lines.push_back("expand: " + any_of({"auto", "never", "warn"}));
      }
      if (chance(0.2)) {
        lines.push_back("carry: 1");
      }
    }
    if ((method_ == "gp" || method_ == "tpe" || method_ == "bayes") && chance(0.6)) {
      lines.push_back(fmt::format("startup: {}", number(2, 4)));
    }
    if (chance(0.1)) {
      lines.push_back("duplicates: allow");
    }
    return lines.empty() ? "" : fmt::format("search: {{{}}}\n", fmt::join(lines, ", "));
  }

  static std::string section(const char* name, const std::map<std::string, std::string>& entries) {
    std::string text;
    for (const auto& [key, value] : entries) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, value);
    }
    return text.empty() ? "" : fmt::format("{}: {{{}}}\n", name, text);
  }

  std::string text() {
    int trials = number(1, 12);
    if (chance(0.15)) {
      trials = 45;  // enough for advice that rests on importance
    }
    trials = staged_ ? std::max(trials, 6) : trials;
    const bool slow = method_ == "gp" || method_ == "bayes" || source_ == "digits";
    trials = slow ? std::min(trials, 9) : trials;
    std::string text = fmt::format("name: s\nseed: {}\nmethod: {}\n", number(0, 99), method_);
    text += chance(0.1) ? fmt::format("stop: {{trials: {}, epochs: 40}}\n", trials)
                        : fmt::format("run_cap: {}\n", trials);
    text += metric_.empty() ? "" : fmt::format("metric: {}\n", metric_);
    text += fmt::format("dataset: {{source: {}{}}}\n", source_, data_);
    text += section("model", model_) + section("training", training_);
    text += parameters_.empty() ? "" : "parameters:\n";
    for (const auto& [name, map] : parameters_) {
      text += fmt::format("  {}: {}\n", name, map);
    }
    text += constraints_.empty() ? "" : "constraints:\n";
    for (const std::string& constraint : constraints_) {
      text += fmt::format("  - '{}'\n", constraint);
    }
    return text + options() + "parallel: {workers: 2}\n";
  }

  std::string method_ = any_of({"random", "grid", "sobol", "coarse_to_fine", "coarse_to_fine",
                                "bayes", "tpe", "gp", "cmaes"});
  bool staged_ = false;
  std::string source_;
  bool regression_ = false;
  std::string data_;    // more of `dataset`
  std::string metric_;  // as a map; empty: the default
  std::map<std::string, std::string> model_;
  std::map<std::string, std::string> training_;
  Words constraints_;
};

}  // namespace

std::string generate_sweep(std::uint64_t seed) {
  return Generator(seed).sweep();
}

}  // namespace hpsearch::test

#include "runner/external/trial_environment.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nn/base/python_text.h"
#include "runner/external/command_line.h"

namespace hpsearch::runner {
namespace {

class Environment {
 public:
  explicit Environment(std::vector<std::string> ours) : entries_(std::move(ours)) {}

  void set(std::string_view name, std::string_view value) {
    remove(name);
    entries_.push_back(std::string(name) + "=" + std::string(value));
  }
  void remove(std::string_view name) {
    std::erase_if(entries_, [&](const std::string& e) { return is(e, name); });
  }
  // Null if it is not set.
  const std::string* find(std::string_view name) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const std::string& e) { return is(e, name); });
    return found == entries_.end() ? nullptr : &*found;
  }
  std::vector<std::string> take() { return std::move(entries_); }

 private:
  static bool is(const std::string& entry, std::string_view name) {
    return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
  }

  std::vector<std::string> entries_;
};

std::string variable_name(const std::string& name) {
  std::string variable = "HPSEARCH_PARAM_";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    variable +=
        byte < 0x80 && std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return variable;
}

// A value as YAML and JSON at once, but for real numbers: PyYAML reads 1e-05 as a text.
std::string flow_text(const nn::Value& value) {
  if (std::holds_alternative<double>(value)) {
    std::string text = nn::python_str(value);
    const std::size_t e = text.find('e');
    if (text == "nan" || text.ends_with("inf")) {
      text.insert(text.starts_with('-') ? 1 : 0, ".");
    } else if (e != std::string::npos && text.find('.') == std::string::npos) {
      text.insert(e, ".0");
    }
    return text;
  }
  if (const auto* list = std::get_if<nn::ValueList>(&value)) {
    std::string text;
    for (const nn::Value& item : *list) {
      text.append(text.empty() ? "[" : ", ").append(flow_text(item));
    }
    return text.empty() ? "[]" : text + "]";
  }
  if (const auto* map = std::get_if<nn::ValueMap>(&value)) {
    std::string text;
    for (const nn::ValueEntry& entry : *map) {
      text.append(text.empty() ? "{" : ", ")
          .append(nn::python_json(nn::Value(entry.name)))
          .append(": ")
          .append(flow_text(entry.value));
    }
    return text.empty() ? "{}" : text + "}";
  }
  return nn::python_json(value);
}

}  // namespace

std::vector<std::string> trial_environment(const std::vector<std::string>& ours,
                                           const search::ProgramSpec& spec,
                                           const search::ParamSet& params,
                                           const TrialIdentity& trial) {
  Environment environment(ours);
  environment.set("HPSEARCH_TRIAL", std::to_string(trial.number));
  environment.set("HPSEARCH_SEED", std::to_string(trial.seed));
  environment.set("HPSEARCH_REPLICATE", std::to_string(trial.replicate));
  environment.set("HPSEARCH_SWEEP", trial.sweep);
  environment.set("HPSEARCH_PARAMS", nn::python_json(nn::Value(named_parameters(spec, params))));
  std::map<std::string, int> uses;
  for (const auto& [name, value] : params) {
    ++uses[variable_name(name)];
  }
  for (const auto& [name, value] : params) {
    const std::string variable = variable_name(name);
    const std::string text = nn::python_str(value);
    if (uses[variable] == 1 && text.find('\0') == std::string::npos) {
      environment.set(variable, text);
    } else {
      environment.remove(variable);
    }
  }
  environment.remove("HPSEARCH_WANDB");
  if (spec.stand_in) {
    environment.set("HPSEARCH_WANDB", "stand-in");
  }
  const std::string* path = environment.find("PYTHONPATH");
  const std::string others = path == nullptr ? "" : path->substr(path->find('=') + 1);
  environment.set("PYTHONPATH",
                  trial.module_folder.string() + (others.empty() ? "" : ":" + others));
  if (environment.find("PYTHONUNBUFFERED") == nullptr) {
    environment.set("PYTHONUNBUFFERED", "1");
  }
  environment.set("WANDB_SWEEP_ID", trial.sweep);
  environment.set("WANDB_RUN_ID", trial.run_id);
  environment.set("WANDB_SWEEP_PARAM_PATH", trial.parameter_file.string());
  if (environment.find("WANDB_DIR") == nullptr) {
    environment.set("WANDB_DIR", std::filesystem::current_path().string());
  }
  environment.remove("WANDB_SERVICE");
  return environment.take();
}

std::string parameter_file_text(const nn::ValueMap& params) {
  std::string text = "wandb_version: 1\n";
  for (const nn::ValueEntry& p : params) {
    text += "\n" + nn::python_json(nn::Value(p.name)) + ":\n  value: " + flow_text(p.value) + "\n";
  }
  return text;
}

}  // namespace hpsearch::runner

#include "runner/sweep_file/setting_checks.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/random.h"

namespace hpsearch::runner {
namespace {

class SettingChecks {
 public:
  SettingChecks(const search::SweepSpec& spec,
                const SettingPositions& positions,
                std::vector<Diagnostic>& diagnostics)
      : spec_(spec), positions_(positions), diagnostics_(diagnostics) {}

  // Tries each pair of parameters at their bounds, middles and choices, with the others as in one
  // sampled trial: all combinations would be too many.
  void check_together() {
    nn::SettingMap example = spec_.settings;
    for (const search::Parameter& parameter : spec_.space) {
      nn::Stream stream(0, nn::Purpose::kSample);
      example.insert_or_assign(parameter.name, search::sample(parameter.distribution, stream));
    }
    if (!is_consistent(example)) {
      return;
    }
    for (std::size_t a = 0; a < spec_.space.size(); ++a) {
      nn::SettingMap other = example;
      for (const nn::Value& value : telling_values(spec_.space[a].distribution)) {
        other.insert_or_assign(spec_.space[a].name, value);
        for (std::size_t b = 0; b < a; ++b) {
          nn::SettingMap both = other;
          for (const nn::Value& second : telling_values(spec_.space[b].distribution)) {
            both.insert_or_assign(spec_.space[b].name, second);
            if (!is_consistent(both)) {
              return;
            }
          }
        }
        if (!is_consistent(other)) {
          return;
        }
      }
    }
    check_effect();
  }

 private:
  static nn::ValueList telling_values(const search::Distribution& distribution) {
    constexpr std::size_t kEnough =
        32;  // longer lists are thinned out: the number of pairs grows with the square
    if (const auto* some = std::get_if<search::Categorical>(&distribution)) {
      nn::ValueList all;
      const std::size_t step = some->values.size() / kEnough + 1;
      for (std::size_t i = 0; i < some->values.size(); i += step) {
        all.push_back(some->values[i]);
      }
      return all;
    }
    return {search::value_at(distribution, 0.0), search::value_at(distribution, 0.5),
            search::value_at(distribution, 1.0)};
  }

  // Adds an error if the settings are inconsistent.
  bool is_consistent(const nn::SettingMap& settings) {
    const nn::SettingMap active = search::active_params(spec_.space, settings);
    if (!search::satisfies(spec_.constraints, active)) {
      return true;  // no trial can have these
    }
    try {
      nn::make_settings(active);
      return true;
    } catch (const nn::SettingError& error) {
      const auto at = positions_.find(error.setting());
      diagnostics_.push_back({at == positions_.end() ? Position{} : at->second, error.what()});
      return false;
    }
  }

  // Reports parameters that no combination of the other settings uses.
  void check_effect() {
    for (const search::Parameter& parameter : spec_.space) {
      const auto needs = nn::needs_of(parameter.name);
      if (!needs || std::holds_alternative<search::Fixed>(parameter.distribution)) {
        continue;
      }
      std::vector<std::string> words;
      for (const nn::Value& value : values_of(needs->setting)) {
        const std::string word = nn::to_text(value);
        words.push_back(word.empty() ? "its default" : word);
      }
      const bool takes = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        return std::find(needs->values.begin(), needs->values.end(), word) != needs->values.end();
      });
      if (!takes) {
        diagnostics_.push_back(
            {positions_.at(parameter.name),
             fmt::format("'{}' has no effect with {}: {}; it needs {}", parameter.name,
                         needs->setting, fmt::join(words, ", "), fmt::join(needs->values, ", "))});
      }
    }
  }

  // The possible values of a setting in this sweep; lists are flattened.
  nn::ValueList values_of(const std::string& name) const {
    nn::ValueList all;
    if (const search::Parameter* parameter = search::find_parameter(spec_.space, name)) {
      all = telling_values(parameter->distribution);
    } else if (const auto fixed = spec_.settings.find(name); fixed != spec_.settings.end()) {
      all = {fixed->second};
    } else {
      all = {std::string(nn::find_setting(name)->fallback)};
    }
    nn::ValueList flat;
    for (const nn::Value& value : all) {
      if (const auto* list = std::get_if<nn::ValueList>(&value)) {
        flat.insert(flat.end(), list->begin(), list->end());
      } else {
        flat.push_back(value);
      }
    }
    return flat;
  }

  const search::SweepSpec& spec_;
  const SettingPositions& positions_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

void check_settings(const search::SweepSpec& spec,
                    const SettingPositions& positions,
                    std::vector<Diagnostic>& diagnostics) {
  SettingChecks(spec, positions, diagnostics).check_together();
}

}  // namespace hpsearch::runner

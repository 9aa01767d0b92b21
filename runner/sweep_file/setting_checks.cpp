#include "runner/sweep_file/setting_checks.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/random.h"
#include "runner/sweep_file/setting_default.h"

namespace hpsearch::runner {
namespace {

class SettingChecks {
 public:
  SettingChecks(const search::SweepSpec& spec,
                const SettingPositions& positions,
                std::vector<Diagnostic>& diagnostics)
      : spec_(spec), positions_(positions), diagnostics_(diagnostics) {}

  // Settings that are valid one by one may contradict each other. Each two parameters are tried at
  // their ends, their middles and each of their choices, the others as one trial has them. Each
  // contradiction is shown once, with values that lead to it.
  void check_together() {
    nn::SettingMap example = spec_.settings;
    for (const search::Parameter& parameter : spec_.space) {
      nn::Stream stream(0, nn::Purpose::kSample);
      example.insert_or_assign(parameter.name, search::sample(parameter.distribution, stream));
    }
    // What contradicts already here is left out for the rest.
    while (!is_consistent(example)) {
      const std::size_t before = example.size();
      leave_out(refused_.back(), example);
      if (example.size() == before) {
        return;  // a default contradicts: nothing can be left out
      }
    }
    for (std::size_t a = 0; a < spec_.space.size(); ++a) {
      nn::SettingMap other = example;
      for (const nn::Value& value : telling_values(a, example)) {
        other.insert_or_assign(spec_.space[a].name, value);
        for (std::size_t b = 0; b < a; ++b) {
          nn::SettingMap both = other;
          for (const nn::Value& second : telling_values(b, example)) {
            both.insert_or_assign(spec_.space[b].name, second);
            is_consistent(both);
          }
        }
        is_consistent(other);
      }
    }
    if (refused_.empty()) {
      check_effect();
    }
  }

 private:
  // `refused` and what makes no sense without it: layers are defined by several settings, and lists
  // have one value a layer.
  static void leave_out(const std::string& refused, nn::SettingMap& settings) {
    const bool layers = refused.starts_with("hidden");
    std::erase_if(settings, [&](const auto& entry) {
      return entry.first == refused ||
             (layers && (entry.first.starts_with("hidden") ||
                         std::holds_alternative<nn::ValueList>(entry.second)));
    });
  }

  // Of a parameter that is part of `example`.
  nn::ValueList telling_values(std::size_t parameter, const nn::SettingMap& example) const {
    return example.contains(spec_.space[parameter].name)
               ? telling_values(spec_.space[parameter].distribution)
               : nn::ValueList{};
  }

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

  // An error where it is not, but one for each setting that contradicts others.
  bool is_consistent(const nn::SettingMap& settings) {
    const nn::SettingMap active = search::active_params(spec_.space, settings);
    if (!search::satisfies(spec_.constraints, active)) {
      return true;  // no trial can have these
    }
    const auto error = contradiction(active);
    if (!error) {
      return true;
    }
    if (std::find(refused_.begin(), refused_.end(), error->setting()) == refused_.end()) {
      const auto at = positions_.find(error->setting());
      diagnostics_.push_back({at == positions_.end() ? Position{} : at->second,
                              error->what() + culprits(active, *error)});
    }
    refused_.push_back(error->setting());
    return false;
  }

  static std::optional<nn::SettingError> contradiction(const nn::SettingMap& settings) {
    try {
      nn::make_settings(settings);
      return std::nullopt;
    } catch (const nn::SettingError& error) {
      return error;
    }
  }

  // " (batch_norm: true, batch_size: 1)": the settings without any of which there would be no such
  // error; empty if it is about one setting alone.
  static std::string culprits(nn::SettingMap settings, const nn::SettingError& error) {
    const nn::SettingMap all = settings;
    for (const auto& [name, value] : all) {
      nn::SettingMap fewer = settings;
      fewer.erase(name);
      const auto same = contradiction(fewer);
      if (same && std::string_view(same->what()) == error.what()) {
        settings = std::move(fewer);
      }
    }
    std::vector<std::string> texts;
    for (const auto& [name, value] : settings) {
      texts.push_back(fmt::format("{}: {}", name, nn::to_text(value)));
    }
    return texts.size() < 2 ? "" : fmt::format(" ({})", fmt::join(texts, ", "));
  }

  // A parameter that no trial's other settings take would vary nothing: an error. A fixed setting
  // that none takes may stand there for other sweeps: a warning.
  void check_effect() {
    for (const search::Parameter& parameter : spec_.space) {
      const bool fixed = std::holds_alternative<search::Fixed>(parameter.distribution);
      if (const std::string why = why_idle(parameter.name); !why.empty()) {
        diagnostics_.push_back({positions_.at(parameter.name), why,
                                fixed ? Severity::kWarning : Severity::kError,
                                fixed ? "" : parameter.name});
      }
    }
    note_fixed_without_effect();
  }

  void note_fixed_without_effect() {
    std::vector<Diagnostic> notes;
    std::size_t defaults = 0;
    const auto default_of = setting_defaults();
    for (const auto& [name, value] : spec_.settings) {
      const std::string why = why_idle(name);
      if (const auto at = positions_.find(name); !why.empty() && at != positions_.end()) {
        notes.push_back({at->second, why, Severity::kWarning});
        const auto fallback = default_of(name, spec_.settings);
        defaults += fallback && search::same_value(*fallback, value) ? 1U : 0U;
      }
    }
    // A file that writes out all defaults, as `check --resolved` does, means nothing by them.
    constexpr std::size_t kWrittenOut = 4;
    if (defaults < kWrittenOut || defaults < notes.size()) {
      diagnostics_.insert(diagnostics_.end(), notes.begin(), notes.end());
    }
  }

  // Why a setting has no effect in any trial; empty if it has one, or may have.
  std::string why_idle(const std::string& name) const {
    const auto needs = nn::needs_of(name);
    if (!needs) {
      return "";
    }
    std::vector<std::string> words;
    for (const nn::Value& value : values_of(needs->setting)) {
      const std::string word = nn::to_text(value);
      const std::string text = word.empty() ? "its default" : word;
      if (std::find(words.begin(), words.end(), text) == words.end()) {
        words.push_back(text);
      }
    }
    const bool takes = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return std::find(needs->values.begin(), needs->values.end(), word) != needs->values.end();
    });
    return takes ? ""
                 : fmt::format("'{}' has no effect with {}: {}; it needs {}", name, needs->setting,
                               fmt::join(words, ", "), fmt::join(needs->values, ", "));
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
  std::vector<std::string> refused_;  // settings that contradict others, the last one last
};

}  // namespace

void check_settings(const search::SweepSpec& spec,
                    const SettingPositions& positions,
                    std::vector<Diagnostic>& diagnostics) {
  SettingChecks(spec, positions, diagnostics).check_together();
}

}  // namespace hpsearch::runner

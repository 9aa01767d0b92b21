#include "runner/sweep_file/setting_default.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "nn/settings/settings.h"
#include "runner/sweep_file/setting_value.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {
namespace {

// True for a key that its map does not take, such as pretrain.epochs without pre-training.
bool is_idle_key(const std::string& name, const nn::SettingMap& values) {
  const std::size_t point = name.find('.');
  if (point == std::string::npos) {
    return false;
  }
  const auto main = values.find(name.substr(0, point));
  const auto* choice = main == values.end() ? nullptr : std::get_if<std::string>(&main->second);
  if (choice == nullptr) {
    return true;
  }
  const auto keys = nn::keys_taken(main->first, *choice);
  return std::find(keys.begin(), keys.end(), name.substr(point + 1)) == keys.end();
}

bool is_layer(std::string_view name) {
  return name.starts_with("hidden");
}

std::optional<nn::Value> read(const std::string& name, std::string_view yaml) {
  std::vector<Diagnostic> diagnostics;
  const auto node = parse_yaml({"default", std::string(yaml)}, diagnostics);
  return node ? read_setting(*nn::find_setting(name), *node, name, diagnostics) : std::nullopt;
}

}  // namespace

std::string_view default_text(const std::string& name, const nn::SettingMap& values) {
  const nn::SettingInfo* setting = nn::find_setting(name);
  const bool says_layers = std::any_of(values.begin(), values.end(),
                                       [](const auto& entry) { return is_layer(entry.first); });
  if (setting == nullptr || is_idle_key(name, values) || (is_layer(name) && says_layers)) {
    return "";
  }
  return setting->fallback.empty() ? nn::dependent_default(name, values) : setting->fallback;
}

search::DefaultOf setting_defaults() {
  using Known = std::map<std::pair<std::string, std::string_view>, std::optional<nn::Value>>;
  const auto known = std::make_shared<Known>();
  return
      [known](const std::string& name, const nn::SettingMap& values) -> std::optional<nn::Value> {
        const std::string_view text = default_text(name, values);
        if (text.empty()) {
          return std::nullopt;
        }
        const auto [it, is_new] = known->try_emplace({name, text});
        if (is_new) {
          it->second = read(name, text);
        }
        return it->second;
      };
}

}  // namespace hpsearch::runner

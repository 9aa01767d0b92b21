#include "runner/sweep_file/setting_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/sweep_file/setting_value.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {
namespace {

class SettingReader {
 public:
  SettingReader(nn::SettingMap& settings,
                SettingPositions& positions,
                std::vector<Diagnostic>& diagnostics)
      : settings_(settings), positions_(positions), diagnostics_(diagnostics) {}

  void read_section(const YamlNode& node, const std::string& key, nn::Section section) {
    MapReader reader(node, key, diagnostics_);
    const auto names = nn::setting_names(section);
    reader.also_known(names);
    for (const YamlEntry& entry : node.entries) {
      const nn::SettingInfo* setting = nn::find_setting(entry.key);
      if (setting != nullptr && setting->section != section) {
        reader.take(entry.key);
        reader.error(entry.key, fmt::format("'{}' belongs in '{}'", entry.key,
                                            section == nn::Section::kModel ? "training" : "model"));
      } else if (setting != nullptr) {
        if (const YamlNode* value = reader.take(entry.key)) {
          read(*setting, entry.key, *value, entry.key_position);
        }
      }
      positions_.emplace(entry.key, entry.key_position);
    }
  }

 private:
  void read(const nn::SettingInfo& setting,
            const std::string& name,
            const YamlNode& value,
            Position position) {
    if (value.kind == YamlNode::Kind::kMap && nn::map_key_of(name)) {
      read_map(setting, value);
      return;
    }
    if (settings_.contains(name)) {
      diagnostics_.push_back({position, fmt::format("'{}' is given twice", name)});
    } else if (auto read = read_setting(setting, value, name, diagnostics_)) {
      settings_.insert_or_assign(name, *std::move(read));
    }
  }

  // {type: step, every: 5}: the tag selects the variant; the other keys are settings of their own.
  void read_map(const nn::SettingInfo& setting, const YamlNode& node) {
    const std::string name(setting.name);
    const std::string tag(*nn::map_key_of(name));
    MapReader map(node, name, diagnostics_);
    const YamlNode* choice = map.require(tag);
    std::optional<nn::Value> chosen;
    if (choice != nullptr) {
      chosen = read_setting(setting, *choice, name, diagnostics_);
    }
    if (!chosen) {
      map.take_rest();
      return;
    }
    const auto& word = std::get<std::string>(*chosen);
    settings_.insert_or_assign(name, *chosen);
    const auto keys = nn::keys_taken(name, word);
    for (const YamlEntry& entry : node.entries) {
      if (entry.key == tag) {
        continue;
      }
      const std::string full = fmt::format("{}.{}", name, entry.key);
      const nn::SettingInfo* info = nn::find_setting(full);
      if (info == nullptr || std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
        map.take(entry.key);
        map.error(entry.key,
                  fmt::format("{}: {} has no '{}'; {}", name, word, entry.key,
                              keys.empty() ? std::string("it takes nothing else")
                                           : fmt::format("it takes {}", fmt::join(keys, ", "))));
      } else if (const YamlNode* value = map.take(entry.key)) {
        read(*info, full, *value, entry.key_position);
        positions_.emplace(full, entry.key_position);
      }
    }
  }

  nn::SettingMap& settings_;
  SettingPositions& positions_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

void read_settings(const YamlNode& node,
                   const std::string& key,
                   nn::Section section,
                   nn::SettingMap& settings,
                   SettingPositions& positions,
                   std::vector<Diagnostic>& diagnostics) {
  SettingReader(settings, positions, diagnostics).read_section(node, key, section);
}

void write_setting(YamlNode& section, const std::string& name, YamlNode value) {
  const std::size_t point = name.find('.');
  const std::string main = name.substr(0, point);
  const auto tag = nn::map_key_of(main);
  YamlNode* existing = section.find(main);
  const bool is_map = existing != nullptr && existing->kind == YamlNode::Kind::kMap;
  if (point == std::string::npos) {
    if (tag && is_map) {
      // Keep only the keys that the new choice takes.
      const auto keys = nn::keys_taken(main, value.text);
      std::erase_if(existing->entries, [&](const YamlEntry& entry) {
        return std::find(keys.begin(), keys.end(), entry.key) == keys.end();
      });
      existing->entries.insert(existing->entries.begin(),
                               {std::string(*tag), {}, std::move(value)});
    } else {
      set_key(section, main, std::move(value));
    }
    return;
  }
  if (!is_map) {
    YamlNode choice = existing != nullptr
                          ? *existing
                          : yaml_scalar(std::string(nn::find_setting(main)->fallback));
    set_key(section, main, yaml_map({{std::string(*tag), std::move(choice)}}));
    existing = section.find(main);
  }
  const auto keys = nn::keys_taken(main, existing->find(*tag)->text);
  const std::string key = name.substr(point + 1);
  if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
    set_key(*existing, key, std::move(value));
  }
}

}  // namespace hpsearch::runner

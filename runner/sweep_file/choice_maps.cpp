#include "runner/sweep_file/choice_maps.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/settings/settings.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "runner/yaml/yaml_scalar.h"
#include "search/space/distribution.h"

namespace hpsearch::runner {
namespace {

// One of the values: its word and its numbers, as written.
struct Choice {
  YamlNode word;
  std::map<std::string, YamlNode> numbers = {};
};

class Flattener {
 public:
  Flattener(const YamlEntry& entry,
            std::string tag,
            const YamlNode& all,
            std::vector<Diagnostic>& diagnostics)
      : entry_(entry), tag_(std::move(tag)), all_(all), diagnostics_(diagnostics) {}

  void flatten(FlatParameters& flat) {
    for (const YamlNode& item : entry_.value.find("values")->items) {
      read(item);
    }
    YamlEntry words = entry_;
    YamlNode list = yaml_sequence({});
    std::set<std::string> seen;
    for (const Choice& choice : choices_) {
      if (seen.insert(choice.word.text).second) {
        list.items.push_back(choice.word);
      }
    }
    set_key(words.value, "values", std::move(list));
    flat.parameters.entries.push_back(std::move(words));
    std::set<std::string> keys;
    for (const Choice& choice : choices_) {
      for (const auto& [key, number] : choice.numbers) {
        keys.insert(key);
      }
    }
    for (const std::string& key : keys) {
      add_key(key, flat);
    }
    if (!keys.empty()) {
      add_constraints(flat);
    }
  }

 private:
  std::string full(const std::string& key) const { return fmt::format("{}.{}", entry_.key, key); }

  void error(Position position, std::string message) {
    diagnostics_.push_back({position, std::move(message)});
  }

  void read(const YamlNode& item) {
    if (item.kind != YamlNode::Kind::kMap) {
      choices_.push_back({item});
      return;
    }
    const YamlNode* word = item.find(tag_);
    if (word == nullptr || word->kind != YamlNode::Kind::kScalar) {
      return error(item.position, fmt::format("a map among the values of '{}' needs '{}', such as "
                                              "{{{}: ...}}",
                                              entry_.key, tag_, tag_));
    }
    Choice choice{*word};
    const auto taken = nn::keys_taken(entry_.key, word->text);
    for (const YamlEntry& number : item.entries) {
      if (number.key == tag_) {
        continue;
      }
      if (!is_choice(word->text)) {
        continue;  // the word is the error
      }
      if (std::find(taken.begin(), taken.end(), number.key) == taken.end()) {
        error(number.key_position,
              fmt::format("{}: {} has no '{}'; {}", entry_.key, word->text, number.key,
                          taken.empty() ? std::string("it takes nothing else")
                                        : fmt::format("it takes {}", fmt::join(taken, ", "))));
      } else if (number.value.kind != YamlNode::Kind::kScalar) {
        error(number.value.position,
              fmt::format("'{}' of a map among values is one number; to search it, write {} as a "
                          "parameter",
                          number.key, full(number.key)));
      } else if (all_.find(full(number.key)) != nullptr) {
        error(number.key_position,
              fmt::format("'{}' is a parameter too; write it in one of the two places",
                          full(number.key)));
      } else {
        choice.numbers.emplace(number.key, number.value);
      }
    }
    choices_.push_back(std::move(choice));
  }

  bool is_choice(std::string_view word) const {
    const nn::SettingInfo* setting = nn::find_setting(entry_.key);
    const auto choices = nn::words_of(setting == nullptr ? "" : setting->choices);
    return std::find(choices.begin(), choices.end(), word) != choices.end();
  }

  // The number that a choice has for a key which other choices of its word give; the default if it
  // gives none.
  std::optional<YamlNode> number_of(const Choice& choice, const std::string& key) {
    if (const auto found = choice.numbers.find(key); found != choice.numbers.end()) {
      return found->second;
    }
    const nn::SettingInfo* setting = nn::find_setting(full(key));
    if (setting == nullptr || setting->fallback.empty()) {
      return std::nullopt;
    }
    YamlNode node = choice.word;
    node.quoted = false;
    node.text = setting->fallback;
    return node;
  }

  // 5 and 5.0 are one value.
  static bool equal(const YamlNode& a, const YamlNode& b) {
    const Scalar one = read_scalar(a);
    const Scalar other = read_scalar(b);
    const auto* x = std::get_if<nn::Value>(&one);
    const auto* y = std::get_if<nn::Value>(&other);
    return x != nullptr && y != nullptr ? search::same_value(*x, *y) : a.text == b.text;
  }

  // The number as an expression writes it.
  static std::string value_text(const YamlNode& number) {
    const Scalar scalar = read_scalar(number);
    const auto* value = std::get_if<nn::Value>(&scalar);
    return value != nullptr ? nn::to_text(*value) : number.text;
  }

  // The words of which some choice gives the key.
  std::vector<std::string> words_with(const std::string& key) const {
    std::vector<std::string> words;
    for (const Choice& choice : choices_) {
      if (choice.numbers.contains(key) &&
          std::find(words.begin(), words.end(), choice.word.text) == words.end()) {
        words.push_back(choice.word.text);
      }
    }
    return words;
  }

  void add_key(const std::string& key, FlatParameters& flat) {
    const std::vector<std::string> words = words_with(key);
    YamlNode values = yaml_sequence({});
    for (const Choice& choice : choices_) {
      if (std::find(words.begin(), words.end(), choice.word.text) == words.end()) {
        continue;
      }
      auto number = number_of(choice, key);
      if (!number) {
        error(choice.word.position,
              fmt::format("'{}' is missing; another {} has it", key, choice.word.text));
        continue;
      }
      const bool known = std::any_of(values.items.begin(), values.items.end(),
                                     [&](const YamlNode& v) { return equal(v, *number); });
      if (!known) {
        values.items.push_back(*std::move(number));
      }
    }
    varies_ = varies_ || values.items.size() > 1;
    std::vector<std::string> quoted;
    for (const std::string& word : words) {
      quoted.push_back(fmt::format("\"{}\"", word));
    }
    const std::string when = fmt::format("{} in [{}]", entry_.key, fmt::join(quoted, ", "));
    YamlNode map = yaml_map({{"values", std::move(values)}, {"when", yaml_scalar(when)}});
    map.position = entry_.value.position;
    map.entries.back().value.position = entry_.key_position;
    flat.parameters.entries.push_back({full(key), entry_.key_position, std::move(map)});
  }

  // A word whose choices differ in their numbers, or that shares a key with another word: only its
  // own combinations are searched.
  void add_constraints(FlatParameters& flat) {
    std::map<std::string, std::vector<std::string>> combinations;  // by word
    for (const Choice& choice : choices_) {
      std::vector<std::string> equal;
      for (const std::string_view key : nn::keys_taken(entry_.key, choice.word.text)) {
        const std::string name(key);
        const auto words = words_with(name);
        if (std::find(words.begin(), words.end(), choice.word.text) == words.end()) {
          continue;
        }
        if (const auto number = number_of(choice, name)) {
          equal.push_back(fmt::format("{} == {}", full(name), value_text(*number)));
        }
      }
      if (!equal.empty()) {
        combinations[choice.word.text].push_back(fmt::format("({})", fmt::join(equal, " and ")));
      }
    }
    for (const auto& [word, some] : combinations) {
      if (some.size() == 1 && !varies_) {
        continue;  // there are no other combinations
      }
      flat.constraints.push_back(
          fmt::format("{} != \"{}\" or {}", entry_.key, word, fmt::join(some, " or ")));
    }
  }

  const YamlEntry& entry_;
  std::string tag_;
  const YamlNode& all_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Choice> choices_;
  bool varies_ = false;  // a key has several values
};

bool has_maps(const YamlEntry& entry) {
  const YamlNode* values =
      entry.value.kind == YamlNode::Kind::kMap ? entry.value.find("values") : nullptr;
  return values != nullptr && values->kind == YamlNode::Kind::kSequence &&
         std::any_of(values->items.begin(), values->items.end(),
                     [](const YamlNode& item) { return item.kind == YamlNode::Kind::kMap; });
}

}  // namespace

FlatParameters flatten_choice_maps(const YamlNode& parameters,
                                   std::vector<Diagnostic>& diagnostics) {
  FlatParameters flat{parameters};
  flat.parameters.entries.clear();
  for (const YamlEntry& entry : parameters.entries) {
    const auto tag = nn::map_key_of(entry.key);
    if (tag && has_maps(entry)) {
      Flattener(entry, std::string(*tag), parameters, diagnostics).flatten(flat);
    } else {
      flat.parameters.entries.push_back(entry);
    }
  }
  return flat;
}

}  // namespace hpsearch::runner

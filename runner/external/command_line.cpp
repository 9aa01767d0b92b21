#include "runner/external/command_line.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "nn/base/python_text.h"

namespace hpsearch::runner {
namespace {

// The map below `name`, made where there is none.
nn::ValueMap& inner_map(nn::ValueMap& map, const std::string& name) {
  auto found = std::find_if(map.begin(), map.end(), [&](const auto& e) { return e.name == name; });
  if (found == map.end()) {
    found = map.insert(map.end(), {name, nn::ValueMap()});
  }
  return std::get<nn::ValueMap>(found->value);
}

void sort_by_name(nn::ValueMap& map) {
  std::sort(map.begin(), map.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

// The maps that parameters are nested in; maps that are values were sorted when they were read.
void sort_levels(nn::ValueMap& map, const std::vector<std::string>& path, std::size_t depth) {
  sort_by_name(map);
  if (depth + 1 < path.size()) {
    sort_levels(inner_map(map, path[depth]), path, depth + 1);
  }
}

// ${envvar:NAME} inside of a word; an unset variable leaves its bare name.
std::string with_variables(std::string word, const CommandPlaces& places) {
  constexpr std::string_view kBegin = "${envvar:";
  for (std::size_t at = 0; (at = word.find(kBegin, at)) != std::string::npos;) {
    const std::size_t name = at + kBegin.size();
    const std::size_t end = word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", name);
    if (end == std::string::npos || word[end] != '}') {
      ++at;
      continue;
    }
    const std::string variable = word.substr(name, end - name);
    const std::string value = places.variable(variable).value_or(variable);
    word.replace(at, end + 1 - at, value);
    at += value.size();
  }
  return word;
}

bool is_macro(const std::string& item) {
  return item.size() > 3 && item.starts_with("${") && item.find('}') == item.size() - 1 &&
         item.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
                                2) == item.size() - 1;
}

// An argument for each parameter, such as --name=value.
std::vector<std::string> pairs(const nn::ValueMap& params, const char* hyphens) {
  std::vector<std::string> words;
  for (const nn::ValueEntry& p : params) {
    words.push_back(hyphens + p.name + "=" + nn::python_str(p.value));
  }
  return words;
}

std::vector<std::string> separate(const nn::ValueMap& params) {
  std::vector<std::string> words;
  for (const nn::ValueEntry& p : params) {
    words.push_back("--" + p.name);
    words.push_back(nn::python_str(p.value));
  }
  return words;
}

// --name for true and nothing for false.
std::vector<std::string> flags(const nn::ValueMap& params) {
  std::vector<std::string> words;
  for (const nn::ValueEntry& p : params) {
    const bool* truth = std::get_if<bool>(&p.value);
    if (truth == nullptr) {
      words.push_back("--" + p.name + "=" + nn::python_str(p.value));
    } else if (*truth) {
      words.push_back("--" + p.name);
    }
  }
  return words;
}

}  // namespace

nn::ValueMap named_parameters(const search::ProgramSpec& spec, const search::ParamSet& params) {
  nn::ValueMap map;
  for (const auto& [name, value] : params) {
    const auto nested = spec.nested.find(name);
    if (nested == spec.nested.end()) {
      map.push_back({name, value});
      continue;
    }
    nn::ValueMap* level = &map;
    const std::vector<std::string>& path = nested->second;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      level = &inner_map(*level, path[i]);
    }
    level->push_back({path.back(), value});
  }
  sort_by_name(map);
  for (const auto& [name, path] : spec.nested) {
    if (params.contains(name)) {
      sort_levels(map, path, 0);
    }
  }
  return map;
}

std::vector<std::string> command_line(const search::ProgramSpec& spec,
                                      const search::ParamSet& params,
                                      const CommandPlaces& places) {
  const nn::ValueMap named = named_parameters(spec, params);
  const auto json = [&] { return nn::python_json(nn::Value(named)); };
  const std::map<std::string_view, std::function<std::vector<std::string>()>> macros{
      {"${env}", [] { return std::vector<std::string>{"/usr/bin/env"}; }},
      {"${interpreter}", [&] { return std::vector{places.interpreter}; }},
      {"${program}", [&] { return std::vector{spec.program}; }},
      {"${args}", [&] { return pairs(named, "--"); }},
      {"${args_no_hyphens}", [&] { return pairs(named, ""); }},
      {"${args_append_hydra}", [&] { return pairs(named, "+"); }},
      {"${args_override_hydra}", [&] { return pairs(named, "++"); }},
      {"${args_no_equals}", [&] { return separate(named); }},
      {"${args_no_boolean_flags}", [&] { return flags(named); }},
      {"${args_json}", [&] { return std::vector{json()}; }},
      {"${args_json_file}", [&] { return std::vector{places.json_file}; }},
  };
  std::vector<std::string> words;
  for (const std::string& written : spec.command) {
    const std::string item = with_variables(written, places);
    if (const auto macro = macros.find(item); macro != macros.end()) {
      for (std::string& word : macro->second()) {
        words.push_back(std::move(word));
      }
    } else if (!is_macro(item)) {
      words.push_back(item);
    }
  }
  return words;
}

bool passes_parameters(const search::ProgramSpec& spec) {
  return std::any_of(spec.command.begin(), spec.command.end(),
                     [](const std::string& item) { return item.starts_with("${args"); });
}

}  // namespace hpsearch::runner

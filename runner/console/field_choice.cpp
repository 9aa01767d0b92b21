#include "runner/console/field_choice.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/printable.h"
#include "runner/console/split_list.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

using Json = nlohmann::ordered_json;

// What is chosen of an object: names in the order of their first mention, each with what is chosen
// of its value; nothing further: all of it.
struct Choice {
  std::vector<std::pair<std::string, Choice>> parts = {};
};

void add(Choice& choice, std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string name(path.substr(0, dot));
  auto part = std::find_if(choice.parts.begin(), choice.parts.end(),
                           [&](const auto& one) { return one.first == name; });
  const bool known = part != choice.parts.end();
  if (!known) {
    choice.parts.emplace_back(name, Choice{});
    part = std::prev(choice.parts.end());
  }
  if (dot == path.npos) {
    part->second.parts.clear();  // all of it
  } else if (!known || !part->second.parts.empty()) {
    add(part->second, path.substr(dot + 1));
  }
}

[[noreturn]] void refuse(const std::string& what,
                         const std::string& name,
                         const std::vector<std::string_view>& known) {
  throw UsageError(
      reports::printable(fmt::format("--fields: there is no {} '{}'{}; the {}s are: {}", what, name,
                                     did_you_mean(name, known), what, fmt::join(known, ", "))));
}

// The fields of an object, or of all objects of an array.
std::vector<std::string_view> names_in(const Json& json) {
  std::vector<std::string_view> names;
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      names.push_back(name);
    }
    return names;
  }
  for (const Json& element : json) {
    for (const std::string_view name : names_in(element)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

Json chosen(const Json& json,
            const Choice& choice,
            const std::vector<std::string_view>& known,
            const std::string& where);

// The fields below an object whose fields have no optional ones.
Json chosen_below(const Json& json, const Choice& choice, const std::string& where) {
  if (choice.parts.empty() || json.is_null() || (json.is_array() && json.empty())) {
    return json;
  }
  if (!json.is_structured()) {
    throw UsageError(
        reports::printable(fmt::format("--fields: '{}' has no fields of its own; leave '.{}' out",
                                       where, choice.parts.front().first)));
  }
  return chosen(json, choice, names_in(json), where + ".");
}

Json chosen(const Json& json,
            const Choice& choice,
            const std::vector<std::string_view>& known,
            const std::string& where) {
  for (const auto& [name, further] : choice.parts) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      refuse("field", name, known);
    }
  }
  if (json.is_array()) {
    Json all = Json::array();
    for (const Json& element : json) {
      all.push_back(chosen(element, choice, known, where));
    }
    return all;
  }
  Json object = Json::object();
  for (const auto& [name, further] : choice.parts) {
    const auto value = json.find(name);
    object[name] = value == json.end() ? Json() : chosen_below(*value, further, where + name);
  }
  return object;
}

}  // namespace

std::vector<std::string> parse_fields(const std::string& text) {
  std::vector<std::string> names = split_list(text);
  if (names.empty()) {
    throw UsageError("--fields needs the names of fields, separated by commas");
  }
  return names;
}

std::string choose_fields(const std::string& json,
                          const std::vector<std::string>& fields,
                          const AnswerShape& shape) {
  if (fields.empty()) {
    return json;
  }
  Json whole = nn::parse_ordered_json(json);
  Choice choice;
  for (const std::string& field : fields) {
    if (field != "format") {
      add(choice, field);
    }
  }
  const std::string records(shape.records);
  const Json& source = records.empty() ? whole : whole.at(records);
  std::vector<std::string_view> known = names_in(source);
  std::erase(known, "format");
  for (const std::string_view name : shape.optional) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      known.push_back(name);
    }
  }
  Json answer{{"format", whole.at("format")}};
  Json picked = chosen(source, choice, known, "");
  if (records.empty()) {
    answer.update(picked);
  } else {
    answer[records] = std::move(picked);
  }
  return nn::json_text(answer) + "\n";
}

reports::TextTable choose_columns(reports::TextTable table, const std::vector<std::string>& names) {
  if (names.empty()) {
    return table;
  }
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), name);
    if (found == table.columns.end()) {
      refuse("column", name, {table.columns.begin(), table.columns.end()});
    }
    const auto place = static_cast<std::size_t>(found - table.columns.begin());
    if (std::find(places.begin(), places.end(), place) == places.end()) {
      places.push_back(place);
    }
  }
  reports::TextTable chosen;
  for (const std::size_t place : places) {
    chosen.columns.push_back(table.columns[place]);
  }
  for (std::vector<std::string>& row : table.rows) {
    auto& cells = chosen.rows.emplace_back();
    for (const std::size_t place : places) {
      cells.push_back(std::move(row[place]));
    }
  }
  return chosen;
}

}  // namespace hpsearch::runner

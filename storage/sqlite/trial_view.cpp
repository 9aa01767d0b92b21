#include "storage/sqlite/trial_view.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "storage/sqlite/database.h"

namespace hpsearch::storage {
namespace {

std::string quoted_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? "''" : std::string(1, c);
  }
  return quoted + "'";
}

const char* type_of_values(const std::vector<nn::Value>& values) {
  auto all = [&](auto holds) { return std::all_of(values.begin(), values.end(), holds); };
  auto is_whole = [](const nn::Value& v) {  // booleans are stored as 1 and 0
    return std::holds_alternative<std::int64_t>(v) || std::holds_alternative<bool>(v);
  };
  if (all(is_whole)) {
    return "INTEGER";
  }
  return all([](const nn::Value& v) { return v.is_number(); }) ? "REAL" : "TEXT";
}

const char* sql_type(const search::Distribution& distribution) {
  if (const auto* range = std::get_if<search::Numeric>(&distribution)) {
    return range->integer ? "INTEGER" : "REAL";
  }
  if (const auto* normal = std::get_if<search::Normal>(&distribution)) {
    return normal->integer ? "INTEGER" : "REAL";
  }
  if (const auto* categorical = std::get_if<search::Categorical>(&distribution)) {
    return type_of_values(categorical->values);
  }
  if (std::holds_alternative<search::Beta>(distribution)) {
    return "REAL";
  }
  return type_of_values({std::get<search::Fixed>(distribution).value});
}

}  // namespace

std::string trial_view_name(const std::string& sweep) {
  return quoted_identifier("trials_" + sweep);
}

std::string create_trial_view(const std::string& sweep,
                              std::int64_t sweep_id,
                              const search::Space& space) {
  std::set<std::string> taken{"trial", "trial_id", "state",      "value",
                              "score", "stage",    "best_epoch", "seconds"};
  std::string columns;
  for (const search::Parameter& parameter : space) {
    std::string name = parameter.name;
    for (int n = 1; !taken.insert(lower_ascii(name)).second; ++n) {
      name = n == 1 ? fmt::format("param_{}", parameter.name)
                    : fmt::format("param_{}{}", parameter.name, n);
    }
    columns += fmt::format(
        ",\n  CAST((SELECT p.value FROM params p WHERE p.trial_id = t.trial_id AND p.name = {}) AS "
        "{}) AS {}",
        quoted_text(parameter.name), sql_type(parameter.distribution), quoted_identifier(name));
  }
  return fmt::format(
      "CREATE VIEW {} AS\nSELECT t.number AS trial, t.trial_id, t.state, t.value, t.score, "
      "t.stage, "
      "t.best_epoch, t.seconds{}\nFROM trials t WHERE t.sweep_id = {}",
      trial_view_name(sweep), columns, sweep_id);
}

}  // namespace hpsearch::storage

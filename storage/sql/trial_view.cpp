#include "storage/sql/trial_view.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include <fmt/format.h>

#include "nn/base/utf8.h"

namespace hpsearch::storage {
namespace {

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

constexpr std::size_t kLongestName = 63;  // in bytes: PostgreSQL cuts what is longer

// A name as the database keeps it. What would be cut ends in a hash of the whole instead.
std::string kept_name(const Dialect& dialect, const std::string& name) {
  if (!dialect.postgres || name.size() <= kLongestName) {
    return name;
  }
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  const std::string tail = fmt::format("_{:08x}", hash);
  std::size_t end = kLongestName - tail.size();
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) {
    --end;  // not inside of a character
  }
  return name.substr(0, end) + tail;
}

// A parameter's value as its column in the view.
std::string typed_value(const Dialect& dialect, const search::Parameter& parameter) {
  const std::string type = sql_type(parameter.distribution);
  const std::string of_trial = fmt::format(
      "FROM params p WHERE p.trial_id = t.trial_id AND p.name = {}", quoted_text(parameter.name));
  if (!dialect.postgres) {
    return fmt::format("CAST((SELECT p.value {}) AS {})", of_trial, type);
  }
  if (type == "TEXT") {
    return fmt::format("(SELECT p.value #>> '{{}}' {})", of_trial);
  }
  const char* kept = type == "REAL" ? "DOUBLE PRECISION" : "BIGINT";
  return fmt::format(
      "CAST((SELECT CASE json_typeof(p.value) WHEN 'number' THEN CAST(p.value #>> '{{}}' AS {}) "
      "END {}) AS {})",
      type == "REAL" ? "DOUBLE PRECISION" : "NUMERIC", of_trial, kept);
}

}  // namespace

std::string trial_view_name(const Dialect& dialect, const std::string& sweep) {
  return quoted_identifier(kept_name(dialect, "trials_" + sweep));
}

std::string create_trial_view(const Dialect& dialect,
                              const std::string& sweep,
                              std::int64_t sweep_id,
                              const search::Space& space) {
  std::set<std::string> taken{"trial", "trial_id", "state",      "value",
                              "score", "stage",    "best_epoch", "seconds"};
  std::string columns;
  for (const search::Parameter& parameter : space) {
    std::string name = kept_name(dialect, parameter.name);
    for (int n = 1; !taken.insert(lower_ascii(name)).second; ++n) {
      name = kept_name(dialect, n == 1 ? fmt::format("param_{}", parameter.name)
                                       : fmt::format("param_{}{}", parameter.name, n));
    }
    columns +=
        fmt::format(",\n  {} AS {}", typed_value(dialect, parameter), quoted_identifier(name));
  }
  return fmt::format(
      "CREATE VIEW {} AS\nSELECT t.number AS trial, t.trial_id, t.state, t.value, t.score, "
      "t.stage, "
      "t.best_epoch, t.seconds{}\nFROM trials t WHERE t.sweep_id = {}",
      trial_view_name(dialect, sweep), columns, sweep_id);
}

}  // namespace hpsearch::storage

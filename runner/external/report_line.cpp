#include "runner/external/report_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"

namespace hpsearch::runner {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
// The mark of the stand-in's lines, and its key.
constexpr std::string_view kStandIn = "{\"_hpsearch\": \"wandb\", ";
constexpr std::string_view kStandInKey = "_hpsearch";
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// A number as Python or C prints it, and nothing else.
std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    return text.find("e-") == std::string_view::npos ? kInfinity : 0.0;
  }
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

// Python's NaN and Infinity, which are not JSON, as numbers that are: outside of texts.
std::string with_plain_numbers(std::string_view json) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kWords{
      std::pair{std::string_view("NaN"), std::string_view("{\"nan\":0}")},
      std::pair{std::string_view("-Infinity"), std::string_view("{\"nan\":-1}")},
      std::pair{std::string_view("Infinity"), std::string_view("{\"nan\":1}")}};
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size();) {
    const auto word = std::find_if(kWords.begin(), kWords.end(), [&](const auto& w) {
      return !quoted && json.substr(i).starts_with(w.first);
    });
    if (word != kWords.end()) {
      text += word->second;
      i += word->first.size();
      continue;
    }
    if (json[i] == '\\' && quoted && i + 1 < json.size()) {
      text += json[i++];
    } else if (json[i] == '"') {
      quoted = !quoted;
    }
    text += json[i++];
  }
  return text;
}

void add(const nlohmann::ordered_json& json, const std::string& name, Report& report) {
  if (json.is_boolean()) {
    report.values.emplace_back(name, json.get<bool>() ? 1.0 : 0.0);
  } else if (json.is_number()) {
    report.values.emplace_back(name, json.get<double>());
  } else if (json.is_object() && json.size() == 1 && json.contains("nan")) {
    const double sign = json["nan"].is_number() ? json["nan"].get<double>() : 0.0;
    report.values.emplace_back(name, sign == 0.0 ? kNaN : sign * kInfinity);
  } else if (json.is_object()) {
    for (const auto& [key, item] : json.items()) {
      add(item, name.empty() ? key : fmt::format("{}.{}", name, key), report);
    }
  }
}

std::optional<Report> read_object(std::string_view text) {
  const auto json = nn::parse_ordered_json(with_plain_numbers(text));
  if (!json.is_object()) {
    return std::nullopt;
  }
  Report report;
  for (const auto& [key, item] : json.items()) {
    if (key != kStandInKey) {
      add(item, key, report);
    }
  }
  return report;
}

// name=value, and nothing beside it but blanks and separators.
std::optional<Report> read_pairs(std::string_view line) {
  Report report;
  bool any = false;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(" \t,;"), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    if (word.empty()) {
      continue;
    }
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == word.size()) {
      return std::nullopt;
    }
    any = true;
    if (const auto value = number(word.substr(equals + 1))) {
      report.values.emplace_back(word.substr(0, equals), *value);
    }
  }
  return any ? std::optional(std::move(report)) : std::nullopt;
}

}  // namespace

std::optional<Report> read_report(std::string_view line, std::string_view metric) {
  if (const std::size_t mark = line.find(kStandIn); mark != std::string_view::npos) {
    return read_object(trimmed(line.substr(mark)));
  }
  line = trimmed(line);
  if (line.starts_with('{')) {
    return read_object(line);
  }
  if (const auto bare = number(line)) {
    return Report{{}, bare};
  }
  if (!metric.empty() && line.starts_with(metric)) {
    std::string_view rest = trimmed(line.substr(metric.size()));
    if (rest.starts_with('=')) {
      rest.remove_prefix(1);
      if (const auto value = number(trimmed(rest))) {
        return Report{{{std::string(metric), *value}}, {}};
      }
    }
  }
  return read_pairs(line);
}

}  // namespace hpsearch::runner

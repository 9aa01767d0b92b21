#include "runner/sweep_file/expression_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/utf8.h"
#include "nn/settings/hidden_widths.h"
#include "nn/settings/settings.h"
#include "runner/console/suggest.h"
#include "runner/sweep_file/can_hold.h"
#include "runner/yaml/yaml_text.h"

namespace hpsearch::runner {
namespace {

class ExpressionReader {
 public:
  ExpressionReader(const std::set<std::string>& written,
                   search::SweepSpec& spec,
                   std::vector<Diagnostic>& diagnostics)
      : written_(written), spec_(spec), diagnostics_(diagnostics) {}

  void read_condition(const YamlEntry& entry) {
    const YamlNode* node =
        entry.value.kind == YamlNode::Kind::kMap ? entry.value.find("when") : nullptr;
    const auto parameter = std::find_if(spec_.space.begin(), spec_.space.end(),
                                        [&](const auto& p) { return p.name == entry.key; });
    if (node == nullptr || node->kind == YamlNode::Kind::kNull || parameter == spec_.space.end()) {
      return;
    }
    positions_.emplace(entry.key, *node);
    if (auto condition = read(*node, "when")) {
      parameter->when = std::move(condition);
    }
  }

  void read_constraint(const YamlNode& node) {
    results_.clear();
    auto constraint = read(node, "constraints");
    if (constraint && results_.empty()) {
      spec_.constraints.push_back(*std::move(constraint));
    } else if (constraint) {
      spec_.result_constraints.push_back(
          {*std::move(constraint), {results_.begin(), results_.end()}});
    }
  }

  // Refuses parameters that no trial has: their condition cannot hold, whatever the trial's other
  // values, or only with the help of one that no trial has either.
  void refuse_idle() {
    std::set<std::string> idle;
    for (bool more = true; more;) {
      more = false;
      for (const search::Parameter& parameter : spec_.space) {
        const bool judged = parameter.when && !idle.contains(parameter.name);
        if (judged && !can_hold(spec_, *parameter.when, idle)) {
          idle.insert(parameter.name);
          more = true;
          diagnostics_.push_back(
              {positions_.at(parameter.name).position,
               fmt::format("no trial has '{}': its condition {} never holds in this sweep; leave "
                           "the parameter out",
                           parameter.name, parameter.when->text()),
               Severity::kError, parameter.name});
        }
      }
    }
  }

  // With `hidden_layers` beside them, hidden1, hidden2, ... are active as far as it counts them.
  void limit_layers(const YamlNode& parameters) {
    if (spec_.program || !is_known("hidden_layers")) {
      return;
    }
    for (const YamlEntry& entry : parameters.entries) {
      const int layer = nn::layer_number(entry.key);
      const auto parameter = std::find_if(spec_.space.begin(), spec_.space.end(),
                                          [&](const auto& p) { return p.name == entry.key; });
      if (layer == 0 || parameter == spec_.space.end() || layer <= fewest_layers()) {
        continue;
      }
      const std::string counted = fmt::format("hidden_layers >= {}", layer);
      if (parameter->when && parameter->when->text() == counted) {
        continue;  // people may say it all the same
      }
      const std::string whole =
          parameter->when ? fmt::format("({}) and {}", parameter->when->text(), counted) : counted;
      // `counted` is not written in the file: errors are shown at the parameter.
      if (const auto [at, is_new] = positions_.try_emplace(entry.key); is_new) {
        at->second.position = entry.key_position;
      }
      parameter->when = search::Expression::parse(whole).with(spec_.settings);
    }
  }

  // Conditions must be decidable one after the other.
  void refuse_circles() {
    for (const auto& [name, node] : positions_) {
      std::vector<std::string> way;
      if (leads_back(name, name, way)) {
        diagnostics_.push_back(
            {node.position, fmt::format("circular conditions: {}", fmt::join(way, " needs "))});
        return;
      }
    }
  }

 private:
  std::optional<search::Expression> read(const YamlNode& node, std::string_view name) {
    if (node.kind != YamlNode::Kind::kScalar) {
      diagnostics_.push_back(
          {node.position, fmt::format("'{}' takes expressions, such as {}; found {}", name,
                                      "optimizer == \"sgd\"", describe(node))});
      return std::nullopt;
    }
    try {
      auto expression = search::Expression::parse(node.text);
      refuse_bare_metric(node.text);
      for (const search::Expression::Name& used : expression.names()) {
        if (name == "constraints" && is_result(used.name)) {
          results_.insert(used.name);
        } else if (!is_known(used.name)) {
          if (written_.contains(used.name)) {
            return std::nullopt;  // its own error is reported elsewhere
          }
          throw search::ExpressionError(used.offset, unknown(used.name, name == "constraints"));
        }
      }
      check(expression, name == "when");
      return expression.with(spec_.settings);
    } catch (const search::ExpressionError& error) {
      diagnostics_.push_back(
          {place(node, error.offset()), fmt::format("in '{}': {}", name, error.what())});
      return std::nullopt;
    }
  }

  // A metric of a program may be called `val/acc`: without backticks that is a division.
  void refuse_bare_metric(const std::string& text) const {
    const std::string& metric = spec_.metric.name;
    const std::size_t at =
        search::Expression::is_plain_name(metric) ? text.npos : text.find(metric);
    if (at != text.npos && (at == 0 || text[at - 1] != '`')) {
      throw search::ExpressionError(
          at, fmt::format("write the metric's name in backticks: `{}`", metric));
    }
  }

  // The position of byte `offset` of an expression in the file. For text with escapes or several
  // lines, the start of the text.
  static Position place(const YamlNode& node, std::size_t offset) {
    Position position = node.position;
    const std::string_view text = node.text;
    if (text.find_first_of("\n\\") != text.npos) {
      return position;
    }
    const auto before = text.substr(0, offset);
    position.column +=
        static_cast<int>(std::count_if(before.begin(), before.end(), begins_character));
    position.column += node.quoted ? 1 : 0;
    return position;
  }

  bool is_known(const std::string& name) const {
    return search::find_parameter(spec_.space, name) != nullptr || spec_.settings.contains(name);
  }

  std::vector<std::string_view> known_names() const {
    std::vector<std::string_view> names;
    for (const search::Parameter& parameter : spec_.space) {
      names.push_back(parameter.name);
    }
    for (const auto& [setting, value] : spec_.settings) {
      names.push_back(setting);
    }
    return names;
  }

  // A program reports what it likes, so a name that is none of a parameter, and close to none, is
  // one of its metrics.
  bool is_result(const std::string& name) const {
    if (is_known(name) || written_.contains(name)) {
      return false;
    }
    if (spec_.program) {
      return name == spec_.metric.name || name == search::kSecondsResult ||
             did_you_mean(name, known_names()).empty();
    }
    return name == search::kParametersResult || name == search::kSecondsResult ||
           search::find_metric(name) != nullptr;
  }

  std::string unknown(const std::string& name, bool constraint) const {
    std::vector<std::string_view> names = known_names();
    if (constraint && !spec_.program) {
      names.insert(names.end(), {search::kParametersResult, search::kSecondsResult});
      for (const search::MetricInfo& metric : search::metric_table()) {
        names.push_back(metric.name);
      }
    }
    if (!spec_.program && nn::find_setting(name) != nullptr) {
      return fmt::format(
          "'{}' has no value in this file; set it in 'model' or 'training', or make it a parameter",
          name);
    }
    const std::string near = did_you_mean(name, names);
    return fmt::format("there is no {} '{}'{}", constraint ? "parameter or result" : "parameter",
                       name,
                       near.empty() ? fmt::format("; put text in quotes: \"{}\"", name) : near);
  }

  // The values that a word or a truth value could have at all: what this sweep leaves of them may
  // change from one edit to the next, and a comparison with the others is no typing error.
  std::vector<nn::Value> choices(const std::string& name) const {
    std::vector<nn::Value> values;
    const nn::SettingInfo* setting = spec_.program ? nullptr : nn::find_setting(name);
    if (setting != nullptr && setting->type == nn::SettingInfo::Type::kBool) {
      values = {nn::Value(true), nn::Value(false)};
    } else if (setting != nullptr && setting->type == nn::SettingInfo::Type::kChoice) {
      for (const std::string_view word : nn::words_of(setting->choices)) {
        values.emplace_back(std::string(word));
      }
    }
    return values;
  }

  // The values that a comparison may name: those of this sweep, or all that a setting could have.
  enum class Possible { kHere, kEver };

  // `condition`: of a parameter, and not a constraint. One that never holds is refused as a whole.
  void check(const search::Expression& expression, bool condition) const {
    const auto check_with = [&](Possible possible) {
      expression.check([&](const std::string& used) { return kinds(used, condition, possible); });
    };
    try {
      check_with(Possible::kEver);
    } catch (const search::ExpressionError&) {
      check_with(Possible::kHere);  // the message lists what this sweep has
      throw;
    }
  }

  search::ValueKinds kinds(const std::string& name, bool condition, Possible possible) const {
    constexpr std::size_t kFew = 20;
    search::ValueKinds kinds;
    const search::Parameter* parameter = search::find_parameter(spec_.space, name);
    if (!condition && results_.contains(name)) {
      kinds.number = true;
      return kinds;
    }
    std::vector<nn::Value> values;
    bool varies = false;
    if (parameter == nullptr) {
      values = {spec_.settings.at(name)};
    } else if (const auto* fixed = std::get_if<search::Fixed>(&parameter->distribution)) {
      values = {fixed->value};
    } else if (const auto* list = std::get_if<search::Categorical>(&parameter->distribution)) {
      values = list->values;
      varies = true;
    } else {
      kinds.number = true;
      return kinds;
    }
    kinds = search::kinds_of(values);
    const std::vector<nn::Value> all = choices(name);
    const bool any_number = all.empty() && (condition || !varies);
    if (values.size() <= kFew && !any_number) {
      kinds.values = std::move(values);
      if (possible == Possible::kEver && !kinds.list) {
        kinds.values.insert(kinds.values.end(), all.begin(), all.end());
      }
    }
    return kinds;
  }

  // The fewest hidden layers that a trial may have.
  int fewest_layers() const {
    const search::Parameter* parameter = search::find_parameter(spec_.space, "hidden_layers");
    if (parameter == nullptr) {
      return static_cast<int>(spec_.settings.at("hidden_layers").number());
    }
    if (parameter->when) {
      return 0;
    }
    if (const auto* fixed = std::get_if<search::Fixed>(&parameter->distribution)) {
      return static_cast<int>(fixed->value.number());
    }
    if (const auto* list = std::get_if<search::Categorical>(&parameter->distribution)) {
      const auto least = std::min_element(
          list->values.begin(), list->values.end(),
          [](const nn::Value& a, const nn::Value& b) { return a.number() < b.number(); });
      return static_cast<int>(least->number());
    }
    const auto* range = std::get_if<search::Numeric>(&parameter->distribution);
    return range == nullptr ? 0 : static_cast<int>(search::first_value(*range));
  }

  bool leads_back(const std::string& from,
                  const std::string& target,
                  std::vector<std::string>& way) const {
    way.push_back(from);
    const search::Parameter* parameter = search::find_parameter(spec_.space, from);
    if (parameter != nullptr && parameter->when) {
      for (const search::Expression::Name& needed : parameter->when->names()) {
        if (needed.name == target) {
          way.push_back(target);
          return true;
        }
        // A circle that does not include the target is found from its own members.
        if (std::find(way.begin(), way.end(), needed.name) == way.end() &&
            leads_back(needed.name, target, way)) {
          return true;
        }
      }
    }
    way.pop_back();
    return false;
  }

  const std::set<std::string>& written_;
  search::SweepSpec& spec_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, YamlNode> positions_;
  std::set<std::string> results_;  // that the constraint uses which is being read
};

}  // namespace

void read_expressions(const YamlNode* parameters,
                      MapReader& top,
                      const std::set<std::string>& written,
                      search::SweepSpec& spec,
                      std::vector<Diagnostic>& diagnostics) {
  ExpressionReader reader(written, spec, diagnostics);
  if (parameters != nullptr && parameters->kind == YamlNode::Kind::kMap) {
    for (const YamlEntry& entry : parameters->entries) {
      reader.read_condition(entry);
    }
    reader.limit_layers(*parameters);
    reader.refuse_circles();
    reader.refuse_idle();
  }
  if (const YamlNode* list = top.list("constraints", "[learning_rate < 0.1]")) {
    for (const YamlNode& node : list->items) {
      reader.read_constraint(node);
    }
  }
}

}  // namespace hpsearch::runner

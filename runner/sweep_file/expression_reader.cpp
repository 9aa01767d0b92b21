#include "runner/sweep_file/expression_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/settings/settings.h"
#include "runner/console/suggest.h"
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
    if (auto constraint = read(node, "constraints")) {
      spec_.constraints.push_back(*std::move(constraint));
    }
  }

  // There must be an order in which the conditions can be decided.
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
      for (const search::Expression::Name& used : expression.names()) {
        if (!is_known(used.name)) {
          if (written_.contains(used.name)) {
            return std::nullopt;  // its own error is reported elsewhere
          }
          throw search::ExpressionError(used.offset, unknown(used.name));
        }
      }
      expression.check([&](const std::string& used) { return kinds(used); });
      return expression.with(spec_.settings);
    } catch (const search::ExpressionError& error) {
      diagnostics_.push_back(
          {place(node, error.offset()), fmt::format("in '{}': {}", name, error.what())});
      return std::nullopt;
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
    position.column += static_cast<int>(std::count_if(before.begin(), before.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // the first byte of a character
    }));
    position.column += node.quoted ? 1 : 0;
    return position;
  }

  bool is_known(const std::string& name) const {
    return search::find_parameter(spec_.space, name) != nullptr || spec_.settings.contains(name);
  }

  std::string unknown(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const search::Parameter& parameter : spec_.space) {
      names.push_back(parameter.name);
    }
    for (const auto& [setting, value] : spec_.settings) {
      names.push_back(setting);
    }
    if (nn::find_setting(name) != nullptr) {
      return fmt::format(
          "'{}' has no value in this file; set it in 'model' or 'training', or make it a parameter",
          name);
    }
    const std::string near = did_you_mean(name, names);
    return fmt::format("there is no parameter '{}'{}", name,
                       near.empty() ? fmt::format("; put text in quotes: \"{}\"", name) : near);
  }

  search::ValueKinds kinds(const std::string& name) const {
    constexpr std::size_t kFew = 20;
    search::ValueKinds kinds;
    const search::Parameter* parameter = search::find_parameter(spec_.space, name);
    if (parameter == nullptr) {
      return search::kinds_of({spec_.settings.at(name)});
    }
    std::vector<nn::Value> values;
    if (const auto* fixed = std::get_if<search::Fixed>(&parameter->distribution)) {
      values = {fixed->value};
    } else if (const auto* list = std::get_if<search::Categorical>(&parameter->distribution)) {
      values = list->values;
    } else {
      kinds.number = true;
      return kinds;
    }
    kinds = search::kinds_of(values);
    if (values.size() <= kFew) {
      kinds.values = std::move(values);
    }
    return kinds;
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
    reader.refuse_circles();
  }
  if (const YamlNode* list = top.list("constraints")) {
    for (const YamlNode& node : list->items) {
      reader.read_constraint(node);
    }
  }
}

}  // namespace hpsearch::runner

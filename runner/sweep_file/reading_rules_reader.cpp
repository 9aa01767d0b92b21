#include "runner/sweep_file/reading_rules_reader.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/data/builtin_datasets.h"
#include "runner/sweep_file/key_tables.h"

namespace hpsearch::runner {
namespace {

constexpr std::array kKeys{"columns",  "missing", "separator", "decimal",
                           "encoding", "header",  "max_levels"};

constexpr std::array kKinds{std::pair{"drop", nn::WishedKind::kDrop},
                            std::pair{"numeric", nn::WishedKind::kNumeric},
                            std::pair{"categorical", nn::WishedKind::kCategorical},
                            std::pair{"date", nn::WishedKind::kDate},
                            std::pair{"id", nn::WishedKind::kId},
                            std::pair{"text", nn::WishedKind::kText}};

struct Separator {
  std::string_view word;
  char character;
};
constexpr std::array<Separator, 5> kSeparators{
    Separator{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"bar", '|'}, {"blanks", ' '}};

void add_wish(const YamlNode& node,
              std::string_view kind_name,
              nn::WishedKind kind,
              nn::ReadingRules& rules,
              std::vector<Diagnostic>& diagnostics) {
  std::vector<Diagnostic> ignored;
  const auto value = read_value(node, kind_name, ignored);
  if (value) {
    if (const auto* number = std::get_if<std::int64_t>(&*value);
        number != nullptr && *number >= 0) {
      rules.columns.push_back({static_cast<std::uint64_t>(*number), kind});
      return;
    }
    if (const auto* name = std::get_if<std::string>(&*value)) {
      rules.columns.push_back({*name, kind});
      return;
    }
  }
  diagnostics.push_back(
      {node.position,
       fmt::format(
           "'{}' must list columns' names, in quotes if they look like numbers, names with * "
           "for any text, or their numbers from 0; found {}",
           kind_name, describe(node))});
}

// {when: day_first}
void read_dates(const YamlNode& map,
                nn::ReadingRules& rules,
                std::vector<Diagnostic>& diagnostics) {
  static constexpr std::array<std::string_view, 2> kOrders{"day_first", "month_first"};
  for (const YamlEntry& entry : map.entries) {
    if (const auto order = read_name(entry.value, entry.key, kOrders, diagnostics)) {
      rules.columns.push_back({entry.key, *order == kOrders[0] ? nn::WishedKind::kDayFirst
                                                               : nn::WishedKind::kMonthFirst});
    }
  }
}

void read_columns(MapReader& dataset,
                  nn::ReadingRules& rules,
                  std::vector<Diagnostic>& diagnostics) {
  const YamlNode* node = dataset.map("columns");
  if (node == nullptr) {
    return;
  }
  MapReader columns(*node, "columns", diagnostics, column_keys());
  for (const auto& [name, kind] : kKinds) {
    const YamlNode* list = columns.take(name);
    if (list == nullptr) {
      continue;
    }
    if (kind == nn::WishedKind::kDate && list->kind == YamlNode::Kind::kMap) {
      read_dates(*list, rules, diagnostics);
    } else if (list->kind == YamlNode::Kind::kSequence) {
      for (const YamlNode& item : list->items) {
        add_wish(item, name, kind, rules, diagnostics);
      }
    } else {
      add_wish(*list, name, kind, rules, diagnostics);
    }
  }
}

void read_missing(MapReader& dataset,
                  nn::ReadingRules& rules,
                  std::vector<Diagnostic>& diagnostics) {
  const YamlNode* node = dataset.take("missing");
  if (node == nullptr) {
    return;
  }
  rules.missing.emplace();
  const auto add = [&](const YamlNode& item) {
    if (item.kind == YamlNode::Kind::kScalar) {
      rules.missing->push_back(item.text);
    } else if (item.kind == YamlNode::Kind::kNull) {
      rules.missing->push_back("null");  // written without quotes
    } else {
      diagnostics.push_back(
          {item.position, fmt::format("'missing' must list texts and numbers that mean a missing "
                                      "value, or be [] for none; found {}",
                                      describe(item))});
    }
  };
  if (node->kind == YamlNode::Kind::kSequence) {
    for (const YamlNode& item : node->items) {
      add(item);
    }
  } else {
    add(*node);
  }
}

char read_separator(MapReader& dataset) {
  const std::optional<std::string> text =
      dataset.has("separator") ? dataset.text("separator") : std::nullopt;
  if (!text) {
    dataset.take("separator");
    return '\0';
  }
  for (const Separator& separator : kSeparators) {
    if (*text == separator.word || *text == std::string(1, separator.character)) {
      return separator.character;
    }
  }
  if (*text == "\\t") {
    return '\t';
  }
  const bool usable = text->size() == 1 && static_cast<unsigned char>((*text)[0]) < 0x80 &&
                      std::string_view("\"\r\n").find((*text)[0]) == std::string_view::npos;
  if (!usable) {
    dataset.error("separator",
                  fmt::format("'separator' must be comma, semicolon, tab, bar, blanks or one "
                              "character in quotes; found '{}'",
                              *text));
    return '\0';
  }
  return (*text)[0];
}

char read_decimal(MapReader& dataset) {
  const YamlNode* node = dataset.take("decimal");
  if (node == nullptr) {
    return '\0';
  }
  const std::string text = node->kind == YamlNode::Kind::kScalar ? node->text : "";
  if (text == "." || text == "point") {
    return '.';
  }
  if (text == "," || text == "comma") {
    return ',';
  }
  dataset.error("decimal", fmt::format("'decimal' must be '.' or ','; found {}", describe(*node)));
  return '\0';
}

}  // namespace

nn::ReadingRules read_reading_rules(MapReader& dataset,
                                    const nn::DatasetSource& source,
                                    std::vector<Diagnostic>& diagnostics) {
  nn::ReadingRules rules;
  if (nn::find_builtin(source.source)) {
    for (const char* key : kKeys) {
      if (dataset.take(key) != nullptr) {
        dataset.error(key, fmt::format("'{}' goes with a table of your own, not with a built-in "
                                       "data set; leave it out",
                                       key));
      }
    }
    return rules;
  }
  read_columns(dataset, rules, diagnostics);
  read_missing(dataset, rules, diagnostics);
  rules.separator = read_separator(dataset);
  rules.decimal = read_decimal(dataset);
  rules.encoding = dataset.text("encoding").value_or("");
  rules.header = dataset.boolean("header");
  rules.max_levels = static_cast<std::size_t>(
      dataset.integer("max_levels").value_or(static_cast<std::int64_t>(nn::kMaximumLevels)));
  return rules;
}

}  // namespace hpsearch::runner

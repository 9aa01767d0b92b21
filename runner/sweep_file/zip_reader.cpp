#include "runner/sweep_file/zip_reader.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "runner/console/suggest.h"

namespace hpsearch::runner {
namespace {

bool all_differ(const std::vector<nn::Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (search::same_value(values[i], values[j])) {
        return false;
      }
    }
  }
  return true;
}

class ZipReader {
 public:
  ZipReader(search::Space& space, std::vector<Diagnostic>& diagnostics)
      : space_(space), diagnostics_(diagnostics) {}

  void read_group(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::kSequence || node.items.size() < 2) {
      return error(node, "'zip' takes groups of at least two parameters, such as [[width, heads]]");
    }
    std::vector<search::Parameter*> group;
    for (const YamlNode& item : node.items) {
      search::Parameter* parameter = find(item);
      if (parameter == nullptr) {
        return;
      }
      group.push_back(parameter);
    }
    const std::size_t length = list_of(*group.front()).size();
    for (const search::Parameter* parameter : group) {
      if (list_of(*parameter).size() != length) {
        return error(node, fmt::format("'{}' has {} values and '{}' has {}: parameters that vary "
                                       "together need lists of equal length",
                                       group.front()->name, length, parameter->name,
                                       list_of(*parameter).size()));
      }
    }
    const auto leader = std::find_if(group.begin(), group.end(),
                                     [](const auto* p) { return all_differ(list_of(*p)); });
    if (leader == group.end()) {
      return error(node,
                   "no list of this group has different values only; one of them must tell "
                   "the rows apart");
    }
    const std::vector<nn::Value> values = list_of(**leader);
    for (search::Parameter* parameter : group) {
      if (parameter != *leader) {
        follow(*parameter, (*leader)->name, values);
      }
    }
  }

 private:
  static const std::vector<nn::Value>& list_of(const search::Parameter& parameter) {
    return std::get<search::Categorical>(parameter.distribution).values;
  }

  static void follow(search::Parameter& parameter,
                     const std::string& leader,
                     const std::vector<nn::Value>& values) {
    const std::vector<nn::Value> own = list_of(parameter);
    for (std::size_t i = 0; i < own.size(); ++i) {
      parameter.rows.push_back({values[i], own[i]});
    }
    parameter.leader = leader;
    parameter.distribution = search::Fixed{own.front()};
  }

  search::Parameter* find(const YamlNode& item) {
    const std::string& name = item.text;
    const auto found = std::find_if(space_.begin(), space_.end(),
                                    [&](const search::Parameter& p) { return p.name == name; });
    if (found == space_.end()) {
      std::vector<std::string_view> names;
      for (const search::Parameter& parameter : space_) {
        names.push_back(parameter.name);
      }
      error(item, fmt::format("there is no parameter '{}'{}", name, did_you_mean(name, names)));
      return nullptr;
    }
    if (!grouped_.insert(name).second) {
      error(item, fmt::format("'{}' can be in one group of 'zip' only", name));
      return nullptr;
    }
    const auto* list = std::get_if<search::Categorical>(&found->distribution);
    if (list == nullptr || !list->probabilities.empty()) {
      error(item,
            fmt::format("'{}' needs a list of values without probabilities, each of them once: "
                        "{}: {{values: [...]}}",
                        name, name));
      return nullptr;
    }
    if (found->when) {
      error(item, fmt::format("'{}' has a condition and cannot vary together with others", name));
      return nullptr;
    }
    return &*found;
  }

  void error(const YamlNode& node, std::string message) {
    diagnostics_.push_back({node.position, std::move(message)});
  }

  search::Space& space_;
  std::vector<Diagnostic>& diagnostics_;
  std::set<std::string> grouped_;
};

}  // namespace

void read_zip(MapReader& top, search::Space& space, std::vector<Diagnostic>& diagnostics) {
  const YamlNode* groups = top.list("zip", "[[width, heads]]");
  if (groups == nullptr) {
    return;
  }
  ZipReader reader(space, diagnostics);
  for (const YamlNode& group : groups->items) {
    reader.read_group(group);
  }
}

}  // namespace hpsearch::runner

#include "runner/sweep_file/unneeded.h"

#include <algorithm>

#include <fmt/format.h>

#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/yaml_edit.h"
#include "search/space/expression.h"

namespace hpsearch::runner {
namespace {

std::vector<LeftOut> find_unneeded(const YamlNode& tree, const std::filesystem::path& folder) {
  std::vector<Diagnostic> diagnostics;
  read_sweep(tree, "sweep", folder, diagnostics);
  std::vector<LeftOut> found;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!diagnostic.unneeded.empty()) {
      found.push_back({diagnostic.unneeded, diagnostic.message});
    }
  }
  return found;
}

// The parameters that a constraint depends on; none if it is no expression.
std::vector<std::string> names_in(const YamlNode& constraint) {
  std::vector<std::string> names;
  try {
    for (const auto& used : search::Expression::parse(constraint.text).names()) {
      names.push_back(used.name);
    }
  } catch (const search::ExpressionError&) {
    names.clear();  // the reader says what is wrong with it
  }
  return names;
}

}  // namespace

std::set<std::string> unneeded_parameters(const YamlNode& tree,
                                          const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const LeftOut& one : find_unneeded(tree, folder)) {
    names.insert(one.name);
  }
  return names;
}

std::vector<LeftOut> leave_out_unneeded(YamlNode& tree,
                                        const std::filesystem::path& folder,
                                        const std::set<std::string>& kept) {
  std::vector<LeftOut> all;
  std::set<std::string> gone;
  for (bool more = true; more;) {
    more = false;
    YamlNode* parameters = tree.find("parameters");
    if (parameters == nullptr || parameters->kind != YamlNode::Kind::kMap) {
      break;
    }
    for (LeftOut& one : find_unneeded(tree, folder)) {
      if (!kept.contains(one.name) && parameters->find(one.name) != nullptr) {
        erase_key(*parameters, one.name);
        gone.insert(one.name);
        all.push_back(std::move(one));
        more = true;
      }
    }
    YamlNode* constraints = tree.find("constraints");
    if (constraints == nullptr || !more) {
      continue;
    }
    std::erase_if(constraints->items, [&](const YamlNode& constraint) {
      const auto names = names_in(constraint);
      const auto lost = std::find_if(names.begin(), names.end(),
                                     [&](const std::string& name) { return gone.contains(name); });
      if (lost == names.end()) {
        return false;
      }
      all.push_back({"a constraint", fmt::format("the constraint {} needs '{}', which no trial has",
                                                 constraint.text, *lost)});
      return true;
    });
    if (constraints->items.empty()) {
      erase_key(tree, "constraints");
    }
  }
  if (YamlNode* parameters = tree.find("parameters");
      parameters != nullptr && parameters->entries.empty() && !all.empty()) {
    erase_key(tree, "parameters");
  }
  return all;
}

}  // namespace hpsearch::runner

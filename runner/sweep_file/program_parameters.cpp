#include "runner/sweep_file/program_parameters.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/sweep_file/program_distribution.h"
#include "runner/sweep_file/program_value.h"

namespace hpsearch::runner {
namespace {

using Path = std::vector<std::string>;

class ProgramParameterReader {
 public:
  ProgramParameterReader(bool grid,
                         const std::set<std::string>& zipped,
                         std::vector<Diagnostic>& diagnostics)
      : grid_(grid), zipped_(zipped), diagnostics_(diagnostics) {}

  void read(const YamlNode& parameters, const Path& path) {
    for (const YamlEntry& entry : parameters.entries) {
      Path way = path;
      way.push_back(entry.key);
      if (const YamlNode* inner = nested(entry)) {
        read(*inner, way);
      } else if (auto parameter = leaf(entry, way)) {
        leaves_.emplace_back(std::move(way), *std::move(parameter));
      }
    }
  }

  ProgramParameters result() {
    std::sort(leaves_.begin(), leaves_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    ProgramParameters result;
    for (auto& [path, parameter] : leaves_) {
      if (path.size() > 1) {
        result.nested.emplace(parameter.name, path);
      }
      result.space.push_back(std::move(parameter));
    }
    return result;
  }

 private:
  // The map below `parameters` of an entry that has one.
  const YamlNode* nested(const YamlEntry& entry) {
    const YamlNode* inner =
        entry.value.kind == YamlNode::Kind::kMap ? entry.value.find("parameters") : nullptr;
    if (inner == nullptr) {
      return nullptr;
    }
    if (inner->kind != YamlNode::Kind::kMap) {
      error(inner->position,
            fmt::format("'parameters' inside of '{}' must be a map of parameters", entry.key));
      return nullptr;
    }
    for (const YamlEntry& other : entry.value.entries) {
      if (other.key != "parameters") {
        error(other.key_position,
              fmt::format("'{}' has 'parameters' of its own and can have no other key", entry.key));
      }
    }
    return inner;
  }

  std::optional<search::Parameter> leaf(const YamlEntry& entry, const Path& path) {
    const std::string name = fmt::format("{}", fmt::join(path, "."));
    if (std::any_of(leaves_.begin(), leaves_.end(),
                    [&](const auto& known) { return known.second.name == name; })) {
      error(entry.key_position,
            fmt::format("two parameters are called '{}', one by its dots and one by its place in "
                        "another one; rename one of them",
                        name));
      return std::nullopt;
    }
    switch (entry.value.kind) {
      case YamlNode::Kind::kMap:
        return read_program_parameter(name, entry.value, grid_, zipped_.contains(name),
                                      diagnostics_);
      case YamlNode::Kind::kScalar:
        return search::Parameter{name, search::Fixed{program_value(entry.value)}};
      case YamlNode::Kind::kNull:
        error(entry.key_position,
              fmt::format("'{}' has no value; give min and max, or values, or a "
                          "value (value: null passes null)",
                          entry.key));
        return std::nullopt;
      case YamlNode::Kind::kSequence:
        break;
    }
    error(entry.value.position,
          fmt::format("'{0}' is a list; to try each of its values write {0}: {{values: [...]}}, to "
                      "pass the list itself {0}: {{value: [...]}}",
                      entry.key));
    return std::nullopt;
  }

  void error(Position where, std::string message) {
    diagnostics_.push_back({where, std::move(message)});
  }

  bool grid_;
  const std::set<std::string>& zipped_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<std::pair<Path, search::Parameter>> leaves_;
};

}  // namespace

ProgramParameters read_program_parameters(const YamlNode& parameters,
                                          bool grid,
                                          const std::set<std::string>& zipped,
                                          std::vector<Diagnostic>& diagnostics) {
  ProgramParameterReader reader(grid, zipped, diagnostics);
  reader.read(parameters, {});
  return reader.result();
}

}  // namespace hpsearch::runner

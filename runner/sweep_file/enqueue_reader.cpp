#include "runner/sweep_file/enqueue_reader.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "nn/settings/settings.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/sweep_file/complete_params.h"
#include "runner/sweep_file/configuration.h"
#include "runner/sweep_file/program_value.h"
#include "runner/sweep_file/setting_value.h"

namespace hpsearch::runner {
namespace {

class EnqueueReader {
 public:
  EnqueueReader(const search::SweepSpec& spec, std::vector<Diagnostic>& diagnostics)
      : spec_(spec), diagnostics_(diagnostics) {}

  // Nothing, and errors, for a configuration that the sweep cannot train as its trial `number`.
  std::optional<search::ParamSet> read(const YamlNode& node, std::uint64_t number) {
    if (node.kind != YamlNode::Kind::kMap) {
      error(node.position, fmt::format("'enqueue' is a list of maps, such as [{{learning_rate: "
                                       "0.01}}], but here is {}",
                                       describe(node)));
      return std::nullopt;
    }
    const std::size_t before = diagnostics_.size();
    search::ParamSet given;
    for (const YamlEntry& entry : node.entries) {
      if (auto value = read_parameter(entry)) {
        given.emplace(entry.key, *std::move(value));
      }
    }
    const bool valid =
        std::none_of(diagnostics_.begin() + static_cast<std::ptrdiff_t>(before), diagnostics_.end(),
                     [](const Diagnostic& one) { return one.severity == Severity::kError; });
    return valid && !node.incomplete && can_be_trained(given, number, node.position)
               ? std::optional(std::move(given))
               : std::nullopt;
  }

 private:
  std::optional<nn::Value> read_parameter(const YamlEntry& entry) {
    const search::Parameter* parameter = search::find_parameter(spec_.space, entry.key);
    const nn::SettingInfo* setting = spec_.program ? nullptr : nn::find_setting(entry.key);
    if (parameter == nullptr || (setting == nullptr && !spec_.program)) {
      error(entry.key_position, unknown_parameter(entry.key, spec_));
      return std::nullopt;
    }
    auto value = spec_.program ? std::optional(own_or_written(*parameter, entry.value))
                               : read_setting(*setting, entry.value, entry.key, diagnostics_);
    if (const std::string why = value ? why_outside(*parameter, *value) : ""; !why.empty()) {
      diagnostics_.push_back(
          {entry.value.position,
           fmt::format("{} {} {}; it is trained anyway", entry.key, nn::to_text(*value), why),
           Severity::kWarning});
    }
    return value;
  }

  // A value of the space in the space's own type: 1 for a range of real numbers is 1.0.
  static nn::Value own_or_written(const search::Parameter& parameter, const YamlNode& node) {
    nn::Value value = program_value(node);
    return search::own_value(parameter.distribution, value).value_or(value);
  }

  bool can_be_trained(const search::ParamSet& given, std::uint64_t number, Position where) {
    try {
      enqueued_params(spec_, number, given);
      return true;
    } catch (const UsageError& refusal) {
      error(where, refusal.what());
    } catch (const nn::SettingError& refusal) {
      error(where, refusal.what());
    }
    return false;
  }

  void error(Position where, std::string message) {
    diagnostics_.push_back({where, std::move(message)});
  }

  const search::SweepSpec& spec_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

std::vector<search::ParamSet> read_enqueue(const YamlNode& list,
                                           const search::SweepSpec& spec,
                                           std::vector<Diagnostic>& diagnostics) {
  std::vector<search::ParamSet> configurations;
  if (list.items.size() > kMaxEnqueued) {
    diagnostics.push_back(
        {list.position, fmt::format("{} configurations are more than {}; give the others to "
                                    "hpsearch enqueue --file",
                                    list.items.size(), kMaxEnqueued)});
    return configurations;
  }
  EnqueueReader reader(spec, diagnostics);
  for (const YamlNode& item : list.items) {
    if (auto given = reader.read(item, configurations.size())) {
      configurations.push_back(*std::move(given));
    }
  }
  return configurations;
}

}  // namespace hpsearch::runner

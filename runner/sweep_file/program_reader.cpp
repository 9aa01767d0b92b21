#include "runner/sweep_file/program_reader.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/base/python_text.h"
#include "runner/console/suggest.h"
#include "runner/sweep_file/checkpoints_reader.h"
#include "runner/sweep_file/early_terminate_reader.h"
#include "runner/sweep_file/expression_reader.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/sweep_file/program_parameters.h"
#include "runner/sweep_file/program_value.h"
#include "runner/sweep_file/repeats_reader.h"
#include "runner/sweep_file/search_reader.h"
#include "runner/sweep_file/sweep_sections.h"
#include "runner/sweep_file/zip_reader.h"
#include "runner/yaml/yaml_emit.h"
#include "runner/yaml/yaml_old_words.h"
#include "runner/yaml/yaml_reader.h"
#include "runner/yaml/yaml_scalar.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

// Keys that a mistyped one may have meant. Those of the built-in trainer are the user's own here.
std::vector<std::string_view> known_keys() {
  std::vector<std::string_view> names;
  for (const KeyInfo& key : top_keys()) {
    if (key.scope != KeyInfo::Scope::kNetworks) {
      names.push_back(key.name);
    }
  }
  return names;
}

class ProgramSweepReader {
 public:
  ProgramSweepReader(const YamlNode& tree, std::vector<Diagnostic>& diagnostics)
      : diagnostics_(diagnostics), top_(tree, "", diagnostics, top_keys()) {}

  search::SweepSpec read(const std::string& stem) {
    read_title(top_, stem, spec_);
    note_without_effect(top_, diagnostics_);
    spec_.method = top_.name("method").value_or(spec_.method);
    read_command();
    read_metric();
    const std::size_t before = errors();
    read_parameters();
    read_fidelity();
    if (errors() == before) {
      read_search();
    }
    spec_.repeats = read_repeats(top_, spec_, program_.has_metric, diagnostics_);
    refuse_checkpoints(top_);
    spec_.early_terminate = read_early_terminate(
        top_, 0, false,
        [&](const YamlNode& node) { return read_reported_metric(node, diagnostics_); },
        diagnostics_);
    if (!spec_.early_terminate.empty() && !program_.has_metric) {
      top_.error("early_terminate", "'early_terminate' compares the metric of trials; name one");
    }
    read_policy();
    read_parallel();
    if (errors() == before) {
      check_feasible(top_, spec_);
    }
    spec_.program = std::move(program_);
    read_enqueued(top_, spec_, diagnostics_);
    ignore_rest();
    return std::move(spec_);
  }

 private:
  std::size_t errors() const {
    return static_cast<std::size_t>(
        std::count_if(diagnostics_.begin(), diagnostics_.end(), is_error));
  }

  void read_command() {
    if (const YamlNode* node = top_.take("program")) {
      program_.program = word(*node, "program");
    }
    const YamlNode* list = top_.list("command", "[python3, \"${program}\", \"${args}\"]");
    if (list == nullptr) {
      program_.command = {"${env}", "${interpreter}", "${program}", "${args}"};
      if (program_.program.empty()) {
        top_.error("program", "'program' is empty; name the program that is to be tuned");
      }
      return;
    }
    for (const YamlNode& item : list->items) {
      program_.command.push_back(word(item, "command"));
    }
    const auto& items = program_.command;
    if (items.empty()) {
      top_.error("command", "'command' is empty; leave it out for W&B's default");
    }
    if (program_.program.empty() &&
        std::find(items.begin(), items.end(), "${program}") != items.end()) {
      top_.error("command", "'command' has ${program}, but the file has no 'program'");
    }
  }

  // A text, or a number or truth value as Python writes it.
  std::string word(const YamlNode& node, std::string_view key) {
    if (node.kind != YamlNode::Kind::kScalar) {
      diagnostics_.push_back(
          {node.position, fmt::format("'{}' takes words; found {}", key, describe(node))});
      return "";
    }
    std::string text = nn::python_str(program_value(node));
    if (text.find('\0') != std::string::npos) {
      diagnostics_.push_back(
          {node.position, fmt::format("'{}' cannot have a zero byte in it", key)});
    }
    return text;
  }

  void read_metric() {
    const YamlNode* node = top_.map("metric");
    program_.has_metric = node != nullptr;
    spec_.metric = {"", search::Goal::kMinimize};
    if (node == nullptr) {
      if (search::find_sampler(spec_.method)->learns != search::Learns::kNothing) {
        top_.error("method",
                   fmt::format("method: {} learns from results; name what the program reports as "
                               "metric: {{name: ..., goal: minimize}}",
                               spec_.method));
      }
      return;
    }
    MapReader metric(*node, "metric", diagnostics_, metric_keys());
    if (metric.require("name") != nullptr) {
      spec_.metric.name = metric.text("name").value_or("?");
    }
    if (metric.name("goal") == "maximize") {
      spec_.metric.goal = search::Goal::kMaximize;
    }
    target_ = metric.real("target");
    for (const char* key : {"impute", "impute_while_running"}) {
      if (metric.take(key) != nullptr) {
        diagnostics_.push_back(
            {metric.position_of(key),
             fmt::format("'{}' has no effect here: failed trials rank behind all others", key),
             Severity::kWarning});
      }
    }
  }

  void read_parameters() {
    const YamlNode* node = top_.map("parameters");
    std::set<std::string> written;
    if (node != nullptr) {
      for (const YamlEntry& entry : node->entries) {
        written.insert(entry.key);
      }
      ProgramParameters read =
          read_program_parameters(*node, spec_.method == "grid", zipped(), diagnostics_);
      spec_.space = std::move(read.space);
      program_.nested = std::move(read.nested);
    }
    spec_.program = program_;  // names are the program's own
    read_expressions(node, top_, written, spec_, diagnostics_);
    read_zip(top_, spec_.space, diagnostics_);
  }

  // The names in the groups of `zip`, whatever else is wrong with it.
  std::set<std::string> zipped() {
    std::set<std::string> names;
    if (const YamlNode* groups = top_.take("zip")) {
      for (const YamlNode& group : groups->items) {
        for (const YamlNode& name : group.items) {
          names.insert(name.text);
        }
      }
    }
    return names;
  }

  void read_fidelity() {
    const YamlNode* node = top_.map("fidelity");
    if (node == nullptr) {
      return;
    }
    MapReader map(*node, "fidelity", diagnostics_, fidelity_keys());
    search::Fidelity fidelity;
    fidelity.parameter = map.text("parameter").value_or("");
    const auto listed = std::find_if(spec_.space.begin(), spec_.space.end(),
                                     [&](const auto& p) { return p.name == fidelity.parameter; });
    std::optional<std::int64_t> usual;
    if (listed != spec_.space.end()) {
      const auto* fixed = std::get_if<search::Fixed>(&listed->distribution);
      const auto* whole = fixed == nullptr ? nullptr : std::get_if<std::int64_t>(&fixed->value);
      if (whole == nullptr || *whole < 1) {
        map.error("parameter",
                  fmt::format("'{}' says how long a trial is and cannot be searched as well; take "
                              "it out of 'parameters'",
                              fidelity.parameter));
        return;
      }
      usual = *whole;
      spec_.space.erase(listed);
    }
    if (fidelity.parameter.empty()) {
      map.error("parameter",
                "'fidelity' needs the parameter that says how long a trial is: {parameter: epochs, "
                "min: 1, max: 27}");
    }
    fidelity.min = static_cast<int>(map.integer("min").value_or(1));
    if (!usual && map.require("max") == nullptr) {
      return;
    }
    IntegerRange longer = integer_range(find_key(fidelity_keys(), "max"));
    longer.min = fidelity.min;
    fidelity.max = static_cast<int>(map.integer("max", longer).value_or(usual.value_or(1)));
    program_.fidelity = std::move(fidelity);
  }

  void read_search() {
    const search::SamplerInfo& method = *search::find_sampler(spec_.method);
    const auto longest = program_.fidelity ? std::optional(program_.fidelity->max) : std::nullopt;
    spec_.search = read_search_options(top_, method, longest, diagnostics_);
    read_sweep_limits(top_, target_, spec_, diagnostics_);
    if (!method.staged()) {
      return;
    }
    if (!program_.fidelity) {
      top_.error(
          "method",
          fmt::format("method: {} gives its stages different lengths; say which parameter "
                      "of the program is its length: fidelity: {{parameter: epochs, max: 27}}",
                      method.name));
    } else {
      for (search::StageSpec& stage : spec_.search.stages) {
        stage.epochs = std::max(stage.epochs, program_.fidelity->min);
      }
    }
    if (!searches(spec_.space)) {
      top_.error("method", fmt::format("method: {} has nothing to search; give 'parameters' a "
                                       "range, or leave 'method' out to run once",
                                       method.name));
    }
  }

  void read_policy() {
    program_.stand_in = top_.name("wandb").has_value();
    read_trial_policy(top_, spec_);
    read_on_finish(top_, spec_);
  }

  void read_parallel() {
    const YamlNode* node = top_.map("parallel");
    if (node == nullptr) {
      return;
    }
    MapReader parallel(*node, "parallel", diagnostics_, parallel_keys());
    read_workers(parallel, spec_);
    if (const YamlNode* gpus = parallel.list("gpus", "[0, 1]")) {
      for (const YamlNode& gpu : gpus->items) {
        program_.gpus.push_back(word(gpu, "gpus"));
      }
    }
    program_.cores = static_cast<int>(parallel.integer("cores").value_or(0));
    if (const YamlNode* memory = parallel.take("memory")) {
      program_.memory_bytes = bytes_of(memory->text);
      if (!program_.memory_bytes) {
        parallel.error("memory", fmt::format("'memory' must be a size such as 500M or 4G; found {}",
                                             describe(*memory)));
      }
    }
  }

  static std::optional<std::uint64_t> bytes_of(const std::string& text) {
    constexpr std::string_view kUnits = "KMGT";
    const std::size_t end = text.find_first_not_of("0123456789.");
    const Scalar number = read_scalar(std::string_view(text).substr(0, end));
    const auto* value = std::get_if<nn::Value>(&number);
    if (value == nullptr || !value->is_number() || value->number() <= 0.0) {
      return std::nullopt;
    }
    double bytes = value->number();
    if (end != std::string::npos) {
      const std::size_t unit = kUnits.find(text[end]);
      const std::string rest = text.substr(end + 1);
      if (unit == std::string_view::npos || !(rest.empty() || rest == "B" || rest == "iB")) {
        return std::nullopt;
      }
      bytes *= std::pow(1024.0, static_cast<double>(unit) + 1.0);
    }
    return bytes < 1.0 || bytes > 1e18 ? std::nullopt
                                       : std::optional(static_cast<std::uint64_t>(bytes));
  }

  // Sections of the user's own. A mistyped key would be ignored with them, so that one is an error.
  void ignore_rest() {
    const auto known = known_keys();
    for (const YamlEntry* entry : top_.take_rest()) {
      const auto near = nearest_name(entry->key, known);
      if (near && std::find(known.begin(), known.end(), entry->key) == known.end()) {
        diagnostics_.push_back(
            {entry->key_position,
             fmt::format("unknown key '{}'; did you mean '{}'?", entry->key, *near)});
      } else {
        diagnostics_.push_back({entry->key_position,
                                fmt::format("'{}' means nothing here and is ignored", entry->key),
                                Severity::kWarning});
      }
    }
  }

  std::vector<Diagnostic>& diagnostics_;
  MapReader top_;
  search::SweepSpec spec_;
  search::ProgramSpec program_;
  std::optional<double> target_;
};

}  // namespace

bool names_program(const YamlNode& tree) {
  return tree.find("program") != nullptr || tree.find("command") != nullptr;
}

std::optional<search::SweepSpec> read_program_sweep(const YamlNode& tree,
                                                    const std::string& stem,
                                                    std::vector<Diagnostic>& diagnostics) {
  YamlNode modern = tree;
  for (YamlEntry& entry : modern.entries) {
    if (entry.key != "name" && entry.key != "description") {
      replace_old_words(entry.value);
    }
  }
  std::vector<Diagnostic> found;
  search::SweepSpec spec = ProgramSweepReader(modern, found).read(stem);
  const bool valid = !has_errors(found);
  diagnostics.insert(diagnostics.end(), found.begin(), found.end());
  return valid ? std::optional(std::move(spec)) : std::nullopt;
}

}  // namespace hpsearch::runner

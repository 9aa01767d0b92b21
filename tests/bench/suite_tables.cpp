// Tables of trained networks: full grids whose values lie in tables/, in the order of the grid.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "search/samplers/sampler.h"
#include "tests/bench/suite_problems.h"

namespace hpsearch::bench {
namespace {

using search::Categorical;
using search::Numeric;
using search::Parameter;
using search::ParamSet;
using search::Space;

// Values in their order, which are searched as such.
Parameter ordered(std::string name, std::vector<nn::Value> values) {
  return {std::move(name), Categorical{std::move(values), {}, true}};
}
// Points of a logarithmic range, searched in their order. Not as a range whose numbers have the
// nearest point's value: a trial next to another would then have its value to the last digit,
// while training anew gives another one.
Parameter points(std::string name, double low, double high, int count) {
  std::vector<nn::Value> values;
  for (int i = 0; i < count; ++i) {
    const Numeric range{low, high, true, 0.0, false};
    values.push_back(search::to_value(
        range, search::number_at_place(range, static_cast<double>(i) / (count - 1))));
  }
  return ordered(std::move(name), std::move(values));
}

// tables/<name>.yaml as a space.
struct Sweep {
  std::string name;
  bool accuracy = false;  // the metric is an accuracy, else a loss
  Space space;
};

std::vector<Sweep> sweeps() {
  std::vector<Sweep> all;
  all.push_back({"breast_cancer",
                 false,
                 {ordered("batch_size", {8, 16, 32, 64, 128}),
                  ordered("hidden_units", {4, 8, 16, 32, 64}), points("l2", 1e-6, 1e-1, 6),
                  points("learning_rate", 1e-3, 3.0, 10), ordered("momentum", {0.0, 0.5, 0.9})}});
  all.push_back(
      {"diabetes",
       false,
       {choice("activation", {"relu", "tanh"}), ordered("batch_size", {8, 32, 128}),
        ordered("dropout", {0.0, 0.2, 0.4, 0.6}), ordered("hidden_units", {4, 16, 64, 256}),
        points("learning_rate", 1e-4, 1.0, 9), points("weight_decay", 1e-4, 10.0, 6)}});
  all.push_back({"digits_optimizer",
                 true,
                 {choice("activation", {"elu", "relu", "sigmoid", "tanh"}), flag("batch_norm"),
                  when(ordered("beta1", {0.8, 0.95}), "optimizer == 'adam'"),
                  ordered("hidden_layers", {1, 2, 3}),
                  choice("init", {"he_normal", "normal", "xavier_normal"}),
                  points("learning_rate", 1e-4, 1.0, 9),
                  when(ordered("momentum", {0.0, 0.5, 0.9}), "optimizer == 'sgd'"),
                  choice("optimizer", {"adagrad", "adam", "rmsprop", "sgd"}),
                  when(ordered("rho", {0.8, 0.98}), "optimizer == 'rmsprop'")}});
  all.push_back({"digits_sgd",
                 false,
                 {ordered("batch_size", {16, 64, 256}), ordered("dropout", {0.0, 0.2, 0.4, 0.6}),
                  ordered("hidden_units", {8, 16, 32, 64}), points("l2", 1e-6, 1e-1, 6),
                  points("learning_rate", 1e-3, 3.0, 12)}});
  return all;
}

class Table {
 public:
  Table(const Sweep& sweep, const std::filesystem::path& file) {
    std::ifstream lines(file);
    if (!lines) {
      throw std::runtime_error(fmt::format(
          "cannot read '{}'; --tables names the folder, tests/bench/tables", file.string()));
    }
    const auto grid = search::find_sampler("grid")->make({sweep.space, 0});
    std::string line;
    double best = 1e300;
    std::vector<std::pair<std::string, std::optional<double>>> cells;
    for (std::uint64_t i = 0; i < grid->size().value_or(0) && std::getline(lines, line); ++i) {
      std::optional<double> value;
      if (line != "-") {
        value = sweep.accuracy ? 1.0 - std::stod(line) : std::stod(line);
        best = std::min(best, *value);
      }
      cells.emplace_back(search::params_json(grid->suggest(i, {}).params), value);
    }
    if (cells.size() != grid->size() || std::getline(lines, line)) {
      throw std::runtime_error(
          fmt::format("'{}' has not a line for each of the {} trials of its grid; make it anew: "
                      "tests/bench/tables/make",
                      file.string(), grid->size().value_or(0)));
    }
    for (auto& [cell, value] : cells) {
      trials_[cell] = {value, value.value_or(best) - best};
    }
  }

  SuiteTrial trial(const ParamSet& params) const { return trials_.at(search::params_json(params)); }

 private:
  std::map<std::string, SuiteTrial> trials_;
};

}  // namespace

std::vector<SuiteProblem> table_problems(const std::filesystem::path& folder) {
  std::vector<SuiteProblem> problems;
  for (const Sweep& sweep : sweeps()) {
    auto table = std::make_shared<const Table>(sweep, folder / (sweep.name + ".txt"));
    problems.push_back({sweep.name, sweep.space, {}, [table](const ParamSet& params) {
                          return table->trial(params);
                        }});
  }
  return problems;
}

}  // namespace hpsearch::bench

#include "search/pruners/bracket_pruner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include "nn/base/sha256.h"
#include "search/pruners/halving_pruner.h"

namespace hpsearch::search {
namespace {

std::int64_t first_rung(std::int64_t min_iter, double eta, int bracket) {
  return static_cast<std::int64_t>(
      std::min(kMostIterations, static_cast<double>(min_iter) * std::pow(eta, bracket)));
}

int count_brackets(const PrunerOptions& options, std::int64_t epochs) {
  const auto wanted = static_cast<int>(*whole(options, "brackets"));
  const std::int64_t longest = whole(options, "max_iter").value_or(epochs);
  return longest < 1 ? wanted
                     : std::min(wanted, most_brackets(whole(options, "min_iter").value_or(1),
                                                      longest, *real(options, "eta")));
}

class BracketPruner final : public Pruner {
 public:
  explicit BracketPruner(const PrunerSetup& setup) : setup_(setup) {}

  PruneRule rule(const Known& known, const Contender& contender) override {
    const int brackets = count_brackets(setup_.options, contender.epochs);
    std::vector<std::unique_ptr<HalvingPruner>>& pruners = pruners_[brackets];
    const auto weights = bracket_weights(brackets, *real(setup_.options, "eta"));
    if (pruners.empty()) {
      for (int b = 0; b < brackets; ++b) {
        pruners.push_back(std::make_unique<HalvingPruner>(
            setup_, "hyperband",
            first_rung(whole(setup_.options, "min_iter").value_or(1), *real(setup_.options, "eta"),
                       b),
            [weights, b, seed = setup_.seed](const Observation& trial) {
              return bracket_at(bracket_draw(seed, trial.number), weights) == b;
            }));
      }
    }
    const int own = bracket_at(bracket_draw(setup_.seed, contender.trial), weights);
    return pruners[static_cast<std::size_t>(own)]->rule(known, contender);
  }

 private:
  PrunerSetup setup_;
  // By their number, which stages of different lengths may have their own of.
  std::map<int, std::vector<std::unique_ptr<HalvingPruner>>> pruners_;
};

}  // namespace

int most_brackets(std::int64_t min_iter, std::int64_t max_iter, double eta) {
  const double ratio = static_cast<double>(max_iter) / static_cast<double>(min_iter);
  // The slack is for powers of eta, whose logarithm is a whole number but for rounding.
  return ratio < 1.0 ? 1 : static_cast<int>(std::log(ratio) / std::log(eta) + 1e-9) + 1;
}

std::vector<std::int64_t> bracket_weights(int brackets, double eta) {
  std::vector<std::int64_t> weights;
  for (int s = brackets - 1; s >= 0; --s) {
    constexpr double kMost = 1e15;  // their sum still fits
    const double weight = std::min(kMost, brackets * std::pow(eta, s) / (s + 1));
    weights.push_back(static_cast<std::int64_t>(std::ceil(weight - 1e-9 * weight)));
  }
  return weights;
}

int bracket_at(std::uint64_t draw, const std::vector<std::int64_t>& weights) {
  const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  auto left = static_cast<std::int64_t>(draw % static_cast<std::uint64_t>(sum));
  int bracket = 0;
  while (left >= weights[static_cast<std::size_t>(bracket)]) {
    left -= weights[static_cast<std::size_t>(bracket)];
    ++bracket;
  }
  return bracket;
}

std::uint64_t bracket_draw(std::uint64_t seed, std::uint64_t trial) {
  const std::string hash = nn::sha256_hex(fmt::format("bracket {} {}", seed, trial));
  return std::stoull(hash.substr(0, 12), nullptr, 16);
}

std::unique_ptr<Pruner> make_bracket_pruner(const PrunerSetup& setup) {
  return std::make_unique<BracketPruner>(setup);
}

double bracket_trained(const PrunerOptions& options, std::int64_t epochs) {
  const double eta = *real(options, "eta");
  const int brackets = count_brackets(options, epochs);
  const auto weights = bracket_weights(brackets, eta);
  double sum = 0.0;
  for (int b = 0; b < brackets; ++b) {
    const auto rungs = halving_rungs_below(
        first_rung(whole(options, "min_iter").value_or(1), eta, b), eta, epochs);
    sum += static_cast<double>(weights[static_cast<std::size_t>(b)]) *
           halving_trained(rungs, eta, epochs);
  }
  return sum /
         static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::int64_t{0}));
}

std::vector<std::int64_t> bracket_rungs(const PrunerOptions& options, std::int64_t epochs) {
  const double eta = *real(options, "eta");
  std::vector<std::int64_t> all;
  for (int b = 0; b < count_brackets(options, epochs); ++b) {
    const auto rungs = halving_rungs_below(
        first_rung(whole(options, "min_iter").value_or(1), eta, b), eta, epochs);
    all.insert(all.end(), rungs.begin(), rungs.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace hpsearch::search

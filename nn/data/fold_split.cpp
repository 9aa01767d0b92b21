#include "nn/data/fold_split.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <string_view>

#include <fmt/format.h>

#include "nn/base/random.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

using Rows = std::vector<std::uint32_t>;

// Beside those of split.cpp, and as little to be changed.
constexpr std::uint32_t kFoldStep = 2;
constexpr std::uint32_t kAllClasses = 0xffffffff;
constexpr std::uint32_t kWholeGroups = 0xfffffffe;

[[noreturn]] void fail(const Dataset& dataset, std::string_view fault, std::string_view remedy) {
  throw DataError(fmt::format("data set '{}'", dataset.name), fault, remedy);
}

void require_enough(const Dataset& dataset, std::size_t there, std::string_view what, int folds) {
  if (there < static_cast<std::size_t>(folds)) {
    const std::string more = fmt::format("give more {}", what);
    fail(dataset, fmt::format("{} {} are too few for {} folds", there, what, folds),
         there < kFewestFolds ? more : fmt::format("write folds: {} or fewer, or {}", there, more));
  }
}

// Deals the rows of each class out like cards, one class after the other, so that the parts stay
// even both within a class and altogether.
std::vector<Rows> deal_rows(const Dataset& dataset,
                            const SplitSpec& spec,
                            const Rows& pool,
                            int folds) {
  const bool stratify = spec.stratify.value_or(true) && dataset.task != Task::kRegression;
  std::vector<Rows> strata(stratify ? dataset.classes : 1);
  for (const std::uint32_t row : pool) {
    strata[stratify ? dataset.labels[row] : 0].push_back(row);
  }
  std::vector<Rows> parts(static_cast<std::size_t>(folds));
  std::size_t next = 0;
  for (std::size_t s = 0; s < strata.size(); ++s) {
    Stream stream(spec.seed, Purpose::kSplit,
                  stratify ? static_cast<std::uint32_t>(s) : kAllClasses, kFoldStep);
    shuffle(strata[s], stream);
    for (const std::uint32_t row : strata[s]) {
      parts[next++ % parts.size()].push_back(row);
    }
  }
  return parts;
}

std::vector<Rows> deal_groups(const Dataset& dataset,
                              const SplitSpec& spec,
                              const Rows& pool,
                              int folds) {
  std::map<std::uint32_t, Rows> rows_of;
  for (const std::uint32_t row : pool) {
    rows_of[dataset.groups[row]].push_back(row);
  }
  require_enough(dataset, rows_of.size(), "groups", folds);
  Rows groups;
  for (const auto& [group, rows] : rows_of) {
    groups.push_back(group);
  }
  Stream stream(spec.seed, Purpose::kSplit, kWholeGroups, kFoldStep);
  shuffle(groups, stream);
  std::stable_sort(groups.begin(), groups.end(), [&](std::uint32_t a, std::uint32_t b) {
    return rows_of.at(a).size() > rows_of.at(b).size();
  });
  std::vector<Rows> parts(static_cast<std::size_t>(folds));
  for (const std::uint32_t group : groups) {
    Rows& part = *std::min_element(parts.begin(), parts.end(), [](const Rows& a, const Rows& b) {
      return a.size() < b.size();
    });
    const Rows& rows = rows_of.at(group);
    part.insert(part.end(), rows.begin(), rows.end());
  }
  return parts;
}

// One more part than folds, of consecutive rows by their order; rows of one time stay together.
// Each border lies as near as it can to where it would make the parts equal, of two places the
// later one, and leaves a time for each part behind it.
std::vector<Rows> cut_in_order(const Dataset& dataset, Rows pool, int folds) {
  std::stable_sort(pool.begin(), pool.end(), [&](std::uint32_t a, std::uint32_t b) {
    return dataset.order[a] < dataset.order[b];
  });
  std::vector<std::size_t> ends;  // of the rows of each time
  for (std::size_t row = 1; row <= pool.size(); ++row) {
    if (row == pool.size() || dataset.order[pool[row]] != dataset.order[pool[row - 1]]) {
      ends.push_back(row);
    }
  }
  const auto parts = static_cast<std::size_t>(folds) + 1;
  if (ends.size() < parts) {
    fail(dataset,
         fmt::format("{} different values of the order column are too few for {} folds in order, "
                     "which take {} of them",
                     ends.size(), folds, parts),
         ends.size() <= kFewestFolds ? "leave `folds` out, or order by a column that varies more"
                                     : fmt::format("write folds: {} or fewer", ends.size() - 1));
  }
  std::vector<Rows> result;
  std::size_t begin = 0;  // of the part, in rows
  std::size_t first = 0;  // time of the part
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t after = parts - part - 1;
    const std::size_t wanted = pool.size() * (part + 1) / parts;
    const auto distance = [&](std::size_t time) {
      return ends[time] > wanted ? ends[time] - wanted : wanted - ends[time];
    };
    std::size_t last = after == 0 ? ends.size() - 1 : first;
    for (std::size_t time = first; time + after < ends.size(); ++time) {
      last = distance(time) <= distance(last) ? time : last;
    }
    result.emplace_back(pool.begin() + static_cast<std::ptrdiff_t>(begin),
                        pool.begin() + static_cast<std::ptrdiff_t>(ends[last]));
    begin = ends[last];
    first = last + 1;
  }
  return result;
}

void check_classes(const Dataset& dataset, const Rows& train, std::size_t fold) {
  if (dataset.task == Task::kRegression) {
    return;
  }
  const std::uint32_t label = dataset.labels[train.front()];
  if (std::all_of(train.begin(), train.end(),
                  [&](std::uint32_t row) { return dataset.labels[row] == label; })) {
    fail(dataset, fmt::format("all rows that fold {} would train on are of one class", fold),
         "give more rows of the other classes, or leave `folds` out");
  }
}

// Each fold trains on all rows before those that judge it.
std::vector<Split> split_in_order(const Dataset& dataset,
                                  const Split& split,
                                  const Rows& pool,
                                  int folds) {
  const std::vector<Rows> parts = cut_in_order(dataset, pool, folds);
  std::vector<Split> splits;
  Rows train;
  for (std::size_t fold = 0; fold + 1 < parts.size(); ++fold) {
    train.insert(train.end(), parts[fold].begin(), parts[fold].end());
    std::sort(train.begin(), train.end());
    Rows validation = parts[fold + 1];
    std::sort(validation.begin(), validation.end());
    check_classes(dataset, train, fold);
    splits.push_back({train, std::move(validation), split.test});
  }
  return splits;
}

}  // namespace

std::vector<Split> split_folds(const Dataset& dataset, const SplitSpec& spec, int folds) {
  SplitSpec with_default = spec;
  with_default.validation = {};
  Split split = split_rows(dataset, with_default);
  Rows pool;
  std::set_union(split.train.begin(), split.train.end(), split.validation.begin(),
                 split.validation.end(), std::back_inserter(pool));
  require_enough(dataset, pool.size(), "rows", folds);
  if (!dataset.order.empty()) {
    return split_in_order(dataset, split, pool, folds);
  }
  const std::vector<Rows> parts = dataset.groups.empty() ? deal_rows(dataset, spec, pool, folds)
                                                         : deal_groups(dataset, spec, pool, folds);
  std::vector<Split> splits;
  for (Rows part : parts) {
    std::sort(part.begin(), part.end());
    Rows train;
    std::set_difference(pool.begin(), pool.end(), part.begin(), part.end(),
                        std::back_inserter(train));
    check_classes(dataset, train, splits.size());
    splits.push_back({std::move(train), std::move(part), split.test});
  }
  return splits;
}

}  // namespace hpsearch::nn

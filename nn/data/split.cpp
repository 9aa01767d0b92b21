#include "nn/data/split.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/base/random.h"
#include "nn/base/utf8.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr double kDefaultFraction = 0.2;
constexpr std::uint32_t kAllClasses = 0xffffffff;
constexpr std::uint32_t kWholeGroups = 0xfffffffe;

// One drawing of a part. The numbers are positions of random streams: never renumber.
enum class Step : std::uint32_t { kTest = 0, kValidation = 1 };

using Rows = std::vector<std::uint32_t>;

std::string_view name_of(Step step) {
  return step == Step::kTest ? "test" : "validation";
}

[[noreturn]] void fail(const Dataset& dataset, std::string_view fault, std::string_view remedy) {
  throw DataError(fmt::format("data set '{}'", dataset.name), fault, remedy);
}

// The number of rows to take out of `available`, of which one at least must stay.
std::size_t part_rows(const Dataset& dataset, PartSize size, Step step, std::size_t available) {
  if (size.kind == PartSize::Kind::kDefault) {
    size = PartSize::share(kDefaultFraction);
  }
  std::uint64_t count = size.count;
  if (size.kind == PartSize::Kind::kFraction) {
    if (!(size.fraction > 0.0 && size.fraction < 1.0)) {
      fail(dataset, fmt::format("a {} part of {} of the rows", name_of(step), size.fraction),
           "write a fraction between 0 and 1, or a number of rows");
    }
    const double exact = size.fraction * static_cast<double>(available);
    count = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(exact)));
  }
  if (count == 0) {
    fail(dataset, fmt::format("the {} part would be empty", name_of(step)),
         "write a fraction between 0 and 1, or a number of rows");
  }
  if (count >= available) {
    fail(dataset,
         fmt::format("a {} part of {} of the {} rows leaves none to train on", name_of(step), count,
                     available),
         count == 1 ? "give more rows" : "write a smaller number");
  }
  return count;
}

// How many of `total` rows each class gives. Integers throughout: `total` and the counts are below
// 2^32, so that no product overflows.
std::vector<std::size_t> shares(std::span<const std::size_t> counts, std::size_t total) {
  const std::uint64_t all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  std::vector<std::size_t> taken(counts.size());
  std::vector<std::uint64_t> remainder(counts.size());
  std::size_t missing = total;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    taken[c] = counts[c] * total / all;
    remainder[c] = counts[c] * total % all;
    missing -= taken[c];
  }
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; i < missing; ++i) {
    ++taken[order[i]];
  }
  return taken;
}

bool is_stratified(const Dataset& dataset, const SplitSpec& spec) {
  return spec.stratify.value_or(true) && dataset.task != Task::kRegression &&
         dataset.groups.empty() && dataset.order.empty();
}

Rows draw_rows(
    const Dataset& dataset, const SplitSpec& spec, Step step, const Rows& pool, std::size_t count) {
  const bool stratify = is_stratified(dataset, spec);
  std::vector<Rows> strata(stratify ? dataset.classes : 1);
  for (const std::uint32_t row : pool) {
    strata[stratify ? dataset.labels[row] : 0].push_back(row);
  }
  std::vector<std::size_t> sizes(strata.size());
  std::transform(strata.begin(), strata.end(), sizes.begin(), std::size<Rows>);
  const std::vector<std::size_t> wanted = shares(sizes, count);
  Rows drawn;
  for (std::size_t g = 0; g < strata.size(); ++g) {
    const std::uint32_t position = stratify ? static_cast<std::uint32_t>(g) : kAllClasses;
    Stream stream(spec.seed, Purpose::kSplit, position, static_cast<std::uint32_t>(step));
    shuffle(strata[g], stream);
    drawn.insert(drawn.end(), strata[g].begin(),
                 strata[g].begin() + static_cast<std::ptrdiff_t>(wanted[g]));
  }
  return drawn;
}

// At least one group is drawn, and one left.
Rows draw_groups(
    const Dataset& dataset, const SplitSpec& spec, Step step, const Rows& pool, std::size_t count) {
  std::map<std::uint32_t, Rows> rows_of;
  for (const std::uint32_t row : pool) {
    rows_of[dataset.groups[row]].push_back(row);
  }
  if (rows_of.size() < 2) {
    fail(dataset,
         fmt::format("a {} part of whole groups leaves none to train on: {} of them {} left",
                     name_of(step), rows_of.size(), rows_of.size() == 1 ? "is" : "are"),
         "give more groups, or leave `group` out");
  }
  Rows groups;
  for (const auto& [group, rows] : rows_of) {
    groups.push_back(group);
  }
  Stream stream(spec.seed, Purpose::kSplit, kWholeGroups, static_cast<std::uint32_t>(step));
  shuffle(groups, stream);
  const auto distance = [&](std::size_t size) {
    return size > count ? size - count : count - size;
  };
  Rows drawn;
  std::size_t taken = 0;
  for (const std::uint32_t group : groups) {
    const Rows& rows = rows_of[group];
    if (taken + 1 < groups.size() &&
        distance(drawn.size() + rows.size()) < distance(drawn.size())) {
      drawn.insert(drawn.end(), rows.begin(), rows.end());
      ++taken;
    }
  }
  if (taken > 0) {
    return drawn;
  }
  // Each is more than twice as large as the part should be.
  return rows_of[*std::min_element(groups.begin(), groups.end(), [&](auto a, auto b) {
    return rows_of[a].size() < rows_of[b].size();
  })];
}

// Rows of one time are not torn apart: to know a part of them would tell of the others.
Rows last_in_order(const Dataset& dataset, Step step, const Rows& pool, std::size_t count) {
  Rows sorted = pool;
  const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
    return dataset.order[a] < dataset.order[b];
  };
  std::stable_sort(sorted.begin(), sorted.end(), earlier);
  const auto border = sorted.end() - static_cast<std::ptrdiff_t>(count);
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), *border, earlier);
  auto begin = border;
  if (first != border) {
    const bool later = last != sorted.end() && last - border <= border - first;
    begin = later || first == sorted.begin() ? last : first;
  }
  if (begin == sorted.end()) {
    fail(dataset,
         fmt::format("all {} rows that the {} part could be taken from have the same value of the "
                     "order column",
                     sorted.size(), name_of(step)),
         "make the parts smaller, or order by a column that varies");
  }
  return {begin, sorted.end()};
}

// `count` of the rows of `pool`, or near to it; both ascending.
Rows draw(
    const Dataset& dataset, const SplitSpec& spec, Step step, const Rows& pool, std::size_t count) {
  Rows drawn = !dataset.order.empty()    ? last_in_order(dataset, step, pool, count)
               : !dataset.groups.empty() ? draw_groups(dataset, spec, step, pool, count)
                                         : draw_rows(dataset, spec, step, pool, count);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

// Moves the drawn rows out of `pool`.
Rows take(const Dataset& dataset, const SplitSpec& spec, Step step, PartSize size, Rows& pool) {
  Rows drawn = draw(dataset, spec, step, pool, part_rows(dataset, size, step, pool.size()));
  Rows rest;
  rest.reserve(pool.size() - drawn.size());
  std::set_difference(pool.begin(), pool.end(), drawn.begin(), drawn.end(),
                      std::back_inserter(rest));
  pool = std::move(rest);
  return drawn;
}

Rows consecutive(std::size_t first, std::size_t end) {
  Rows rows(end - first);
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
  return rows;
}

void check_request(const Dataset& dataset, const SplitSpec& spec) {
  using Kind = PartSize::Kind;
  if (spec.validation.kind == Kind::kNone) {
    fail(dataset, "the validation part would be empty",
         "write a fraction between 0 and 1, or a number of rows");
  }
  const bool own_as_validation = spec.validation.kind == Kind::kSourceTest;
  if ((own_as_validation || spec.test.kind == Kind::kSourceTest) && dataset.own_test_rows == 0) {
    fail(dataset,
         fmt::format("it has no test part of its own to serve as the {} part",
                     own_as_validation ? "validation" : "test"),
         "write a fraction between 0 and 1, or a number of rows");
  }
  if (own_as_validation && spec.test.kind != Kind::kNone) {
    fail(dataset, "the source's own test part cannot serve as validation part beside a test part",
         "write `test: none` with `validation: test`");
  }
  if (!dataset.groups.empty() && !dataset.order.empty()) {
    fail(dataset, "a split by group and by order at once", "leave `group` or `order` out");
  }
  if (spec.stratify == true && !is_stratified(dataset, spec)) {
    fail(
        dataset,
        fmt::format("a split {} cannot be stratified", !dataset.groups.empty()  ? "by group"
                                                       : !dataset.order.empty() ? "by order"
                                                                                : "for regression"),
        "leave `stratify` out");
  }
}

// Own parts of the source come as they are; a group may not be in two of them nevertheless.
void check_groups(const Dataset& dataset, const Split& split) {
  if (dataset.groups.empty()) {
    return;
  }
  std::map<std::uint32_t, std::size_t> part_of;
  std::size_t part = 0;
  for (const Rows* rows : {&split.train, &split.validation, &split.test}) {
    for (const std::uint32_t row : *rows) {
      if (part_of.emplace(dataset.groups[row], part).first->second != part) {
        fail(dataset, fmt::format("the group of row {} is in two parts", row),
             "take the rows of a group into one file, or leave `group` out");
      }
    }
    ++part;
  }
}

void check_classes(const Dataset& dataset, const Rows& train) {
  if (dataset.task == Task::kRegression) {
    return;
  }
  const std::uint32_t label = dataset.labels[train.front()];
  if (std::all_of(train.begin(), train.end(),
                  [&](std::uint32_t row) { return dataset.labels[row] == label; })) {
    fail(dataset,
         fmt::format("all rows that are left to train on ({}) are of class {}", train.size(),
                     dataset.class_names.empty() ? fmt::format("{}", label)
                                                 : in_quotes(dataset.class_names[label])),
         dataset.groups.empty() && dataset.order.empty()
             ? "make the validation and the test part smaller, or stratify them"
             : "make the validation and the test part smaller");
  }
}

}  // namespace

Split split_rows(const Dataset& dataset, const SplitSpec& spec) {
  using Kind = PartSize::Kind;
  check_request(dataset, spec);
  const std::size_t first_own = dataset.rows - dataset.own_test_rows;
  const std::size_t first_validation = first_own - dataset.own_validation_rows;
  const Rows own = consecutive(first_own, dataset.rows);
  Split split;
  split.train = consecutive(0, first_validation);

  const bool own_as_test = spec.test.kind == Kind::kSourceTest ||
                           (spec.test.kind == Kind::kDefault && dataset.own_test_rows > 0);
  if (own_as_test) {
    split.test = own;
  } else if (spec.test.kind != Kind::kNone) {
    split.test = take(dataset, spec, Step::kTest, spec.test, split.train);
  }
  if (spec.validation.kind == Kind::kSourceTest) {
    split.validation = own;
  } else if (spec.validation.kind == Kind::kDefault && dataset.own_validation_rows > 0) {
    split.validation = consecutive(first_validation, first_own);
  } else {
    split.validation = take(dataset, spec, Step::kValidation, spec.validation, split.train);
  }
  check_classes(dataset, split.train);
  check_groups(dataset, split);
  return split;
}

}  // namespace hpsearch::nn

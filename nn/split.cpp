#include "nn/split.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/data_error.h"
#include "nn/random.h"

namespace hpsearch::nn {
namespace {

constexpr double kDefaultFraction = 0.2;
constexpr std::uint32_t kAllClasses = 0xffffffff;

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
         "write a smaller number");
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

// Draws `count` of `pool` at random; both ascending.
Rows draw(
    const Dataset& dataset, const SplitSpec& spec, Step step, const Rows& pool, std::size_t count) {
  std::vector<Rows> groups(spec.stratify ? dataset.classes : 1);
  for (const std::uint32_t row : pool) {
    groups[spec.stratify ? dataset.labels[row] : 0].push_back(row);
  }
  std::vector<std::size_t> sizes(groups.size());
  std::transform(groups.begin(), groups.end(), sizes.begin(), std::size<Rows>);
  const std::vector<std::size_t> wanted = shares(sizes, count);
  Rows drawn;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::uint32_t position = spec.stratify ? static_cast<std::uint32_t>(g) : kAllClasses;
    Stream stream(spec.seed, Purpose::kSplit, position, static_cast<std::uint32_t>(step));
    shuffle(groups[g], stream);
    drawn.insert(drawn.end(), groups[g].begin(),
                 groups[g].begin() + static_cast<std::ptrdiff_t>(wanted[g]));
  }
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
         fmt::format("the {} part shall be the source's own test part, but it has none",
                     own_as_validation ? "validation" : "test"),
         "write a fraction between 0 and 1, or a number of rows");
  }
  if (own_as_validation && spec.test.kind != Kind::kNone) {
    fail(dataset, "the source's own test part cannot serve as validation part beside a test part",
         "write `test: none` with `validation: test`");
  }
}

void check_classes(const Dataset& dataset, const Rows& train) {
  const std::uint32_t label = dataset.labels[train.front()];
  if (std::all_of(train.begin(), train.end(),
                  [&](std::uint32_t row) { return dataset.labels[row] == label; })) {
    fail(
        dataset,
        fmt::format("all rows that are left to train on ({}) are of class {}", train.size(), label),
        "make the validation and the test part smaller, or stratify them");
  }
}

}  // namespace

Split split_rows(const Dataset& dataset, const SplitSpec& spec) {
  using Kind = PartSize::Kind;
  check_request(dataset, spec);
  const std::size_t first_own = dataset.rows - dataset.own_test_rows;
  const Rows own = consecutive(first_own, dataset.rows);
  Split split;
  split.train = consecutive(0, first_own);

  const bool own_as_test = spec.test.kind == Kind::kSourceTest ||
                           (spec.test.kind == Kind::kDefault && dataset.own_test_rows > 0);
  if (own_as_test) {
    split.test = own;
  } else if (spec.test.kind != Kind::kNone) {
    split.test = take(dataset, spec, Step::kTest, spec.test, split.train);
  }
  split.validation = spec.validation.kind == Kind::kSourceTest
                         ? own
                         : take(dataset, spec, Step::kValidation, spec.validation, split.train);
  check_classes(dataset, split.train);
  return split;
}

}  // namespace hpsearch::nn

#include "search/samplers/grid_sampler.h"

#include <stdexcept>

#include "search/points/grid.h"

namespace hpsearch::search {
namespace {

class GridSampler final : public Sampler {
 public:
  explicit GridSampler(SearchProblem problem)
      : space_(std::move(problem.space)),
        grid_(space_),
        filtered_(has_conditions(space_) || !problem.constraints.empty()),
        distinct_(space_, std::move(problem.constraints)),
        size_(grid_.size()) {
    if (filtered_ && size_) {
      count();
    }
  }

  std::optional<std::uint64_t> size() const override { return size_; }

  Suggestion suggest(std::uint64_t position, const Known& /*known*/) override {
    if (!filtered_) {
      return {grid_.point(position), 0, {}, {}};
    }
    auto params = point(position);
    if (!params) {
      throw std::runtime_error(
          "the grid has no further point that satisfies the constraints, or none among the next "
          "100,000; lower run_cap or loosen the constraints");
    }
    return {*std::move(params), 0, {}, {}};
  }
  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {space_, grid_.size() ? "grid" : "grid, refined level by level", {}, {}};
  }

 private:
  std::optional<ParamSet> point(std::uint64_t index) {
    return distinct_.point(index, [&](std::uint64_t i) {
      return grid_.size() && i >= *grid_.size() ? std::nullopt : std::optional(grid_.point(i));
    });
  }

  // Counts the distinct feasible points; unknown if that would take too long.
  void count() {
    constexpr std::uint64_t kMaxCounted = 200'000;
    if (*size_ > kMaxCounted) {
      size_.reset();
      return;
    }
    std::uint64_t count = 0;
    while (point(count)) {
      ++count;
    }
    size_ = count;
  }

  Space space_;
  Grid grid_;
  bool filtered_;
  DistinctPoints distinct_;
  std::optional<std::uint64_t> size_;
};

}  // namespace

std::unique_ptr<Sampler> make_grid_sampler(SearchProblem problem) {
  return std::make_unique<GridSampler>(std::move(problem));
}

}  // namespace hpsearch::search

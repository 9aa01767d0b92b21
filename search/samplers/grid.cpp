#include "search/samplers/grid.h"

#include "search/grid.h"

namespace hpsearch::search {
namespace {

class GridSampler final : public Sampler {
 public:
  explicit GridSampler(SearchProblem problem) : space_(std::move(problem.space)), grid_(space_) {}

  std::optional<std::uint64_t> size() const override { return grid_.size(); }

  Suggestion suggest(std::uint64_t position, const Known& /*known*/) override {
    return {grid_.point(position), 0, {}, {}};
  }
  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {space_, grid_.size() ? "grid" : "grid, refined level by level", {}, {}};
  }

 private:
  Space space_;
  Grid grid_;
};

}  // namespace

std::unique_ptr<Sampler> make_grid_sampler(SearchProblem problem) {
  return std::make_unique<GridSampler>(std::move(problem));
}

}  // namespace hpsearch::search

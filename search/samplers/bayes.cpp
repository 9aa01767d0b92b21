#include "search/samplers/bayes.h"

#include <string>

#include "search/samplers/gp.h"
#include "search/samplers/tpe.h"

namespace hpsearch::search {
namespace {

constexpr std::size_t kMostAxes = 40;
constexpr std::size_t kFirst = 16;
constexpr std::uint64_t kEvery = 4;

class BayesSampler final : public Sampler {
 public:
  explicit BayesSampler(const SearchProblem& problem)
      : space_(problem.space),
        axes_(searched_count(problem.space)),
        gp_(make_gp_sampler(problem)),
        tpe_(make_tpe_sampler(problem)) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    const std::string_view method = bayes_method(axes_, known.ended.size(), position);
    Suggestion suggestion = (method == "gp" ? gp_ : tpe_)->suggest(position, known);
    suggestion.why.insert(suggestion.why.begin(), {"method", std::string(method)});
    return suggestion;
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {space_,
            axes_ > kMostAxes ? "sobol, then a Parzen estimator"
                              : "sobol, then a Gaussian process, now and then a Parzen estimator",
            {},
            {}};
  }

 private:
  Space space_;
  std::size_t axes_;
  std::unique_ptr<Sampler> gp_;
  std::unique_ptr<Sampler> tpe_;
};

}  // namespace

std::string_view bayes_method(std::size_t axes, std::size_t ended, std::uint64_t position) {
  const bool other = ended >= kFirst && position % kEvery == kEvery - 1;
  return axes > kMostAxes || other ? "tpe" : "gp";
}

std::unique_ptr<Sampler> make_bayes_sampler(SearchProblem problem) {
  return std::make_unique<BayesSampler>(problem);
}

}  // namespace hpsearch::search

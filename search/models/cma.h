// CMA-ES (Hansen 2016, "The CMA evolution strategy: a tutorial"): a multivariate normal
// distribution whose mean, step size and covariance adapt to the better trials. Symbols are those
// of the tutorial.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace hpsearch::search {

// The learning rates and weights of a strategy; defaults from table 1 of the tutorial.
struct CmaConstants {
  CmaConstants(std::size_t dimensions, std::size_t population);

  std::size_t parents = 0;      // mu: how many of the population count as good
  std::vector<double> weights;  // by rank, best first; negative for the worse half (active CMA)
  double weight_sum = 0.0;      // over all ranks
  double mu_eff = 0.0;          // variance-effective size of the parents
  double c_1 = 0.0;             // rate of the rank-one update
  double c_mu = 0.0;            // rate of the rank-mu update
  double c_c = 0.0;             // decay of the covariance path p_c
  double c_sigma = 0.0;         // decay of the step-size path p_sigma
  double d_sigma = 0.0;         // damping of the step size
  double chi = 0.0;             // E||N(0, I)||
};

// The default population size lambda: 4 + 3 ln(dimensions), rounded down.
std::size_t cma_population(std::size_t dimensions);

// One strategy in n dimensions: vectors have n entries, matrices are (n, n) and row-major. Not
// thread-safe.
class Cma {
 public:
  // Starts from N(mean, sigma^2 I). Requires n >= 1 and population >= 2.
  Cma(std::vector<double> mean, double sigma, std::size_t population);
  // Starts from N(mean, covariance). Splits the covariance into sigma^2 C so that sigma is the
  // geometric mean of the standard deviations along the principal axes. Requires a positive
  // definite matrix.
  Cma(std::vector<double> mean, std::vector<double> covariance, std::size_t population);

  std::size_t population() const { return constants_.weights.size(); }
  const std::vector<double>& mean() const { return mean_; }
  double sigma() const { return sigma_; }
  const std::vector<double>& covariance() const { return covariance_; }
  const std::vector<double>& sigma_path() const { return sigma_path_; }
  const std::vector<double>& covariance_path() const { return covariance_path_; }

  // The standard deviation along a coordinate axis.
  double deviation(std::size_t axis) const;

  // The draw that belongs to a standard normal z: mean + sigma B D z.
  std::vector<double> at(std::span<const double> z) const;

  // One point of a generation. `own` is false if it was drawn from another distribution than the
  // current one: an injected point.
  struct Member {
    std::vector<double> point;
    bool own = true;
  };

  // Learns from a whole generation, best point first. Injected points that lie more than
  // sqrt(n) + 2 n / (n + 2) standard deviations from the mean are pulled in to that distance
  // (Hansen 2011, "Injecting external solutions into CMA-ES").
  void tell(std::span<const Member> best_first);

  // Replaces the mean only; paths and covariance stay.
  void move_to(std::vector<double> mean) { mean_ = std::move(mean); }

  // Increases sigma after a generation without differences ("flat fitness", tutorial appendix B).
  void widen();

  // The condition number of C: the ratio of its largest to its smallest eigenvalue.
  double condition() const;

 private:
  struct Step {
    std::vector<double> y;  // (x - mean) / sigma
    double length;          // |C^(-1/2) y|
  };

  // The steps of tell(), in their order.
  std::vector<Step> steps_of(std::span<const Member> best_first) const;
  std::vector<double> recombine(std::span<const Step> steps) const;
  void update_step_size(std::span<const double> mean_step);
  void update_covariance(std::span<const Step> steps, std::span<const double> mean_step);

  std::vector<double> whitened(std::span<const double> x) const;
  bool path_is_short() const;
  void decompose();  // C into B and D; call after every change of C

  std::size_t n_;
  CmaConstants constants_;
  std::vector<double> mean_;
  double sigma_;
  std::vector<double> covariance_;
  std::vector<double> sigma_path_;
  std::vector<double> covariance_path_;
  int generation_ = 0;
  std::vector<double> axes_;     // B: its columns are the eigenvectors of C
  std::vector<double> lengths_;  // D: square roots of the eigenvalues of C
};

}  // namespace hpsearch::search

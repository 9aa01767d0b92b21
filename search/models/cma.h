// Covariance matrix adaptation (Hansen 2016, "The CMA evolution strategy: a tutorial"): a normal
// distribution that moves, grows and turns towards the better trials.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace hpsearch::search {

// What a strategy learns with; table 1 of the tutorial.
struct CmaConstants {
  CmaConstants(std::size_t dimensions, std::size_t population);

  std::size_t parents = 0;      // mu: so many of the population count as good
  std::vector<double> weights;  // by rank, best first; negative ones for the worse half
  double weight_sum = 0.0;
  double mu_eff = 0.0;
  double c_1 = 0.0;
  double c_mu = 0.0;
  double c_c = 0.0;
  double c_sigma = 0.0;
  double d_sigma = 0.0;
  double chi = 0.0;  // the expected length of a standard normal vector
};

// 4 + 3 ln(dimensions), rounded down.
std::size_t cma_population(std::size_t dimensions);

// Vectors have `dimensions` entries, matrices are row-major.
class Cma {
 public:
  // Requires at least one dimension and a population of at least 2.
  Cma(std::vector<double> mean, double sigma, std::size_t population);
  // The first distribution has this covariance, which must be positive definite: sigma is the
  // geometric mean of its deviations.
  Cma(std::vector<double> mean, std::vector<double> covariance, std::size_t population);

  std::size_t population() const { return constants_.weights.size(); }
  const std::vector<double>& mean() const { return mean_; }
  double sigma() const { return sigma_; }
  const std::vector<double>& covariance() const { return covariance_; }
  const std::vector<double>& sigma_path() const { return sigma_path_; }
  const std::vector<double>& covariance_path() const { return covariance_path_; }

  // The standard deviation along an axis.
  double deviation(std::size_t axis) const;

  // mean + sigma B D z: of a standard normal z a draw.
  std::vector<double> at(std::span<const double> z) const;

  // Learns from the points of a population, best first. A point that was drawn from another
  // distribution is brought nearer where it lies further from the mean than
  // sqrt(n) + 2 n / (n + 2) deviations (Hansen 2011, "Injecting external solutions into CMA-ES").
  struct Member {
    std::vector<double> point;
    bool own = true;
  };
  void tell(std::span<const Member> best_first);

  void move_to(std::vector<double> mean) { mean_ = std::move(mean); }

  // Nothing can be told apart along the distribution: makes it wider (tutorial, appendix B.3).
  void widen();

  // The ratio of the largest to the smallest variance.
  double condition() const;

 private:
  void decompose();

  std::size_t n_;
  CmaConstants constants_;
  std::vector<double> mean_;
  double sigma_;
  std::vector<double> covariance_;
  std::vector<double> sigma_path_;
  std::vector<double> covariance_path_;
  int generation_ = 0;
  std::vector<double> axes_;     // B: its columns are the eigenvectors of the covariance
  std::vector<double> lengths_;  // D: square roots of the eigenvalues
};

}  // namespace hpsearch::search

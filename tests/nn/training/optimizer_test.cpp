#include "nn/training/optimizer.h"

#include <cmath>

#include <gtest/gtest.h>

#include "nn/settings/schedule.h"
#include "tests/support/fixture.h"
#include "tests/support/reference_net.h"

namespace hpsearch::nn {
namespace {

using Matrix = std::vector<std::vector<double>>;

// The fixture's 3-4-3 net as an optimizer sees it, with gradients from the float64 reference.
class Net {
 public:
  explicit Net(const nlohmann::json& fixture) {
    net_.activation = test::ReferenceActivation::kTanh;
    for (const std::string n : {"1", "2"}) {
      const auto w = fixture["init"]["W" + n].get<Matrix>();
      const auto b = fixture["init"]["b" + n].get<std::vector<double>>();
      test::ReferenceLayer layer{w.size(), b.size(), {}, b};
      for (const auto& row : w) {
        layer.weights.insert(layer.weights.end(), row.begin(), row.end());
      }
      net_.layers.push_back(layer);
      values_.emplace_back(layer.weights.begin(), layer.weights.end());
      values_.emplace_back(b.begin(), b.end());
    }
    for (const auto& row : fixture["x"].get<Matrix>()) {
      batch_.x.insert(batch_.x.end(), row.begin(), row.end());
    }
    batch_.labels = fixture["y"].get<std::vector<std::uint32_t>>();
    for (const FloatBuffer& v : values_) {
      gradients_.emplace_back(v.size());
    }
  }

  std::vector<Parameter> parameters() {
    std::vector<Parameter> all;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const bool weight = i % 2 == 0;
      const test::ReferenceLayer& layer = net_.layers[i / 2];
      all.push_back({"", values_[i], gradients_[i], weight, weight ? layer.in : 1, layer.out});
    }
    return all;
  }

  // Sets the gradients and returns the data loss.
  double pass() {
    for (std::size_t l = 0; l < 2; ++l) {
      net_.layers[l].weights.assign(values_[2 * l].begin(), values_[2 * l].end());
      net_.layers[l].bias.assign(values_[2 * l + 1].begin(), values_[2 * l + 1].end());
    }
    const auto result = test::reference_pass(net_, batch_);
    for (std::size_t l = 0; l < 2; ++l) {
      const auto& g = result.gradient.layers[l];
      std::copy(g.weights.begin(), g.weights.end(), gradients_[2 * l].begin());
      std::copy(g.bias.begin(), g.bias.end(), gradients_[2 * l + 1].begin());
    }
    return result.loss;
  }

  const std::vector<FloatBuffer>& values() const { return values_; }
  const std::vector<FloatBuffer>& gradients() const { return gradients_; }

 private:
  test::ReferenceNet net_;
  test::ReferenceBatch batch_;
  std::vector<FloatBuffer> values_;  // W1, b1, W2, b2
  std::vector<FloatBuffer> gradients_;
};

struct Case {
  const char* name;
  Settings settings;
};

Settings with(void (*change)(Settings&)) {
  Settings s;
  s.momentum = 0.0;
  change(s);
  return s;
}

// Converts the fixture's description to settings.
std::vector<Case> cases() {
  using enum OptimizerKind;
  return {
      {"sgd", with([](Settings&) {})},
      {"momentum", with([](Settings& s) { s.momentum = 0.9; })},
      {"nesterov", with([](Settings& s) { s.momentum = 0.9, s.nesterov = true; })},
      {"adagrad", with([](Settings& s) { s.optimizer = kAdagrad, s.epsilon = 1e-10; })},
      {"rmsprop", with([](Settings& s) { s.optimizer = kRmsprop, s.rho = 0.99; })},
      {"rmsprop_alpha0.9", with([](Settings& s) { s.optimizer = kRmsprop; })},
      {"rmsprop_momentum",
       with([](Settings& s) { s.optimizer = kRmsprop, s.rho = 0.99, s.momentum = 0.9; })},
      {"adam", with([](Settings& s) { s.optimizer = kAdam; })},
      {"adam_l2_coupled", with([](Settings& s) { s.optimizer = kAdam, s.l2 = 0.1; })},
      {"adamw", with([](Settings& s) { s.optimizer = kAdamw, s.weight_decay = 0.1; })},
      {"adamw_all",
       with([](Settings& s) { s.optimizer = kAdamw, s.weight_decay = 0.1, s.decay_bias = true; })},
      {"sgd_l2_weights", with([](Settings& s) { s.l2 = 0.1; })},
      {"sgd_l2_all", with([](Settings& s) { s.l2 = 0.1, s.decay_bias = true; })},
      {"momentum_l2_weights", with([](Settings& s) { s.momentum = 0.9, s.l2 = 0.1; })},
      {"sgd_l2_term_half", with([](Settings& s) { s.l2 = 0.1; })},
      {"sgd_l2_term_full", with([](Settings& s) { s.l2 = 0.2; })},
      {"sgd_l1_term_half", with([](Settings& s) { s.l1 = 0.05; })},
      {"adam_l1_l2_terms", with([](Settings& s) { s.optimizer = kAdam, s.l1 = 0.05, s.l2 = 0.1; })},
      {"sgd_decay_step", with([](Settings& s) {
         s.schedule = {.kind = ScheduleKind::kStep, .every = 3, .factor = 0.5};
       })},
      {"sgd_decay_exp",
       with([](Settings& s) { s.schedule = {.kind = ScheduleKind::kExponential, .factor = 0.9}; })},
      {"sgd_decay_inverse",
       with([](Settings& s) { s.schedule = {.kind = ScheduleKind::kInverseTime, .decay = 0.5}; })},
      {"momentum_decay_exp", with([](Settings& s) {
         s.momentum = 0.9, s.schedule = {.kind = ScheduleKind::kExponential, .factor = 0.9};
       })},
  };
}

// Ten full-batch steps of each kind against PyTorch's trajectories. An epoch is one update.
TEST(Optimizer, FollowsPyTorchStepByStep) {
  const auto fixture = test::read_fixture("optimizers.json");
  ASSERT_EQ(cases().size(), fixture["cases"].size());
  for (const Case& c : cases()) {
    const auto& steps = fixture["cases"].at(c.name)["steps"];
    Net net(fixture);
    Net twin(fixture);
    Optimizer optimizer(c.settings, net.parameters());
    Optimizer measured(c.settings, twin.parameters());
    // The first rate has no schedule applied yet.
    const LearningRate rate(c.settings.schedule, steps[0]["lr"].get<double>(), 1, 10);
    for (const auto& step : steps) {
      const std::string where = std::string(c.name) + ", step " + step["step"].dump();
      const double loss = net.pass();
      twin.pass();
      EXPECT_NEAR(loss, step["loss_data"].get<double>(), 1e-5) << where;
      // PyTorch's loss includes a penalty only if it is written into the loss, not for
      // weight_decay.
      if (std::string_view(c.name).find("term") != std::string_view::npos) {
        EXPECT_NEAR(loss + optimizer.penalty(net.parameters()), step["loss_total"].get<double>(),
                    1e-5)
            << where;
      }
      const double r = rate.at(step["step"].get<int>() + 1, 0);
      EXPECT_NEAR(r, step["lr"].get<double>(), 1e-9) << where;
      optimizer.step(net.parameters(), r);
      measured.measured_step(twin.parameters(), r);
      EXPECT_EQ(net.values(), twin.values()) << where;
      std::size_t which = 0;
      for (const char* name : {"W1", "b1", "W2", "b2"}) {
        const auto& expected = step["after"][name];
        std::vector<double> flat;
        for (const auto& row : expected) {
          row.is_array() ? flat.insert(flat.end(), row.begin(), row.end())
                         : flat.insert(flat.end(), row.get<double>());
        }
        const FloatBuffer& actual = net.values()[which++];
        ASSERT_EQ(actual.size(), flat.size());
        for (std::size_t i = 0; i < flat.size(); ++i) {
          EXPECT_NEAR(static_cast<double>(actual[i]), flat[i], 1e-5) << where << " " << name;
        }
      }
    }
  }
}

double norm_of(const std::vector<FloatBuffer>& values) {
  double sum = 0.0;
  for (const FloatBuffer& v : values) {
    for (const float x : v) {
      sum += static_cast<double>(x) * static_cast<double>(x);
    }
  }
  return std::sqrt(sum);
}

TEST(Optimizer, MeasuresWhatAnUpdateDid) {
  const auto fixture = test::read_fixture("optimizers.json");
  Net net(fixture);
  Optimizer optimizer(with([](Settings&) {}), net.parameters());
  net.pass();
  const double gradient = norm_of(net.gradients());
  const auto g = net.gradients();
  const auto w = net.values();
  const Optimizer::Norms norms = optimizer.measured_step(net.parameters(), 0.5);
  EXPECT_NEAR(norms.gradient, gradient, 1e-6);
  ASSERT_EQ(norms.ratios.size(), 2U);
  EXPECT_NEAR(norms.ratios[0], 0.5 * norm_of({g[0]}) / norm_of({w[0]}), 1e-6);
  EXPECT_NEAR(norms.ratio, 0.5 * norm_of({g[0], g[2]}) / norm_of({w[0], w[2]}), 1e-6);
  EXPECT_NEAR(weight_norm(net.parameters()), norm_of({net.values()[0], net.values()[2]}), 1e-6);
}

TEST(Optimizer, ClipsTheWholeGradient) {
  const auto fixture = test::read_fixture("optimizers.json");
  for (const double clip : {1e-3, 1e3}) {
    Net net(fixture);
    Settings settings = with([](Settings& s) { s.l2 = 0.1; });
    settings.grad_clip = clip;
    Optimizer optimizer(settings, net.parameters());
    net.pass();
    const auto before = net.values();
    const Optimizer::Norms norms = optimizer.measured_step(net.parameters(), 1.0);
    auto moved = net.values();
    for (std::size_t i = 0; i < moved.size(); ++i) {
      for (std::size_t j = 0; j < moved[i].size(); ++j) {
        moved[i][j] -= before[i][j];
      }
    }
    // With rate 1, the update is the clipped gradient itself; its direction must not change.
    EXPECT_NEAR(norm_of(moved), std::min(clip, norms.gradient), 1e-6);
    EXPECT_GT(norms.gradient, 0.1);
  }
}

// Compares gradients that the backward pass adds to the accumulators with stored ones.
TEST(Optimizer, UpdatesToTheSameBitsFromAccumulatedGradients) {
  const auto fixture = test::read_fixture("optimizers.json");
  for (const double decay : {0.0, 0.1}) {
    Settings settings;
    settings.l2 = 1e-2;
    settings.l1 = decay > 0.0 ? 1e-3 : 0.0;
    settings.weight_decay = decay;
    Net stored(fixture);
    Net accumulated(fixture);
    Optimizer one(settings, stored.parameters());
    Optimizer other(settings, accumulated.parameters());
    for (int step = 0; step < 5; ++step) {
      stored.pass();
      one.step(stored.parameters(), 0.1);
      accumulated.pass();
      const auto accumulators = other.accumulators(accumulated.parameters());
      ASSERT_EQ(accumulators.size(), 2U);
      std::size_t weight = 0;
      for (const Parameter& p : accumulated.parameters()) {
        for (std::size_t i = 0; p.weight && i < p.gradient.size(); ++i) {
          accumulators[weight][i] += p.gradient[i];
        }
        weight += p.weight ? 1 : 0;
      }
      other.step(accumulated.parameters(), 0.1, Optimizer::Gradients::kAccumulated);
      ASSERT_EQ(accumulated.values(), stored.values()) << step;
    }
  }
}

TEST(Optimizer, HasNoAccumulatorsWhereTheRuleNeedsTheGradient) {
  const auto fixture = test::read_fixture("optimizers.json");
  Net net(fixture);
  for (const SettingMap& rule : std::vector<SettingMap>{{{"momentum", 0.0}},
                                                        {{"nesterov", true}},
                                                        {{"grad_clip", 1.0}},
                                                        {{"max_norm", 1.0}},
                                                        {{"optimizer", std::string("adam")}}}) {
    Optimizer optimizer(make_settings(rule), net.parameters());
    EXPECT_TRUE(optimizer.accumulators(net.parameters()).empty()) << rule.begin()->first;
  }
}

TEST(Optimizer, BoundsTheNormOfEachUnitsWeights) {
  const auto fixture = test::read_fixture("optimizers.json");
  Net net(fixture);
  Net free(fixture);
  Settings settings = with([](Settings&) {});
  Optimizer unbounded(settings, free.parameters());
  settings.max_norm = 0.9;
  Optimizer optimizer(settings, net.parameters());
  net.pass();
  free.pass();
  optimizer.step(net.parameters(), 0.5);
  unbounded.step(free.parameters(), 0.5);
  std::size_t longer = 0;
  for (const std::size_t which : {0U, 2U}) {
    const Parameter p = net.parameters()[which];
    for (std::size_t j = 0; j < p.stride; ++j) {
      double is = 0.0;
      double was = 0.0;
      for (std::size_t i = 0; i < p.rows; ++i) {
        is += std::pow(static_cast<double>(p.value[i * p.stride + j]), 2);
        was += std::pow(static_cast<double>(free.values()[which][i * p.stride + j]), 2);
      }
      EXPECT_NEAR(std::sqrt(is), std::min(0.9, std::sqrt(was)), 1e-6);
      longer += std::sqrt(was) > 0.9 ? 1 : 0;
    }
  }
  EXPECT_GT(longer, 0U);
  EXPECT_LT(longer, 7U);
  EXPECT_EQ(net.values()[1], free.values()[1]);
}

TEST(Optimizer, KeepsPaddingZero) {
  FloatBuffer value(16);
  FloatBuffer gradient(16);
  value[0] = 1.0F;
  gradient[0] = 0.5F;
  using enum OptimizerKind;
  for (const OptimizerKind kind : {kSgd, kAdagrad, kRmsprop, kAdam, kAdamw}) {
    Settings settings;
    settings.optimizer = kind;
    settings.l1 = 0.1;
    settings.weight_decay = 0.1;
    const std::vector<Parameter> parameters{{"w", value, gradient, true, 1, 16}};
    Optimizer optimizer(settings, parameters);
    optimizer.step(parameters, 0.1);
    for (std::size_t i = 1; i < 16; ++i) {
      EXPECT_EQ(value[i], 0.0F);
    }
  }
}

}  // namespace
}  // namespace hpsearch::nn

#include "nn/settings/settings.h"

#include <cmath>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"

namespace hpsearch::nn {
namespace {

std::string error_of(const SettingMap& values) {
  try {
    make_settings(values);
  } catch (const SettingError& error) {
    return error.setting() + ": " + error.what();
  }
  return "";
}

TEST(Settings, HaveTheDocumentedDefaults) {
  const Settings s = make_settings({});
  EXPECT_EQ(s.hidden, std::vector<int>{128});
  EXPECT_FALSE(s.init.has_value());
  EXPECT_EQ(s.init_std, 0.01);
  EXPECT_EQ(s.dropout.values, std::vector<double>{0.0});
  EXPECT_EQ(s.learning_rate, 0.01);
  EXPECT_EQ(s.momentum, 0.9);
  EXPECT_EQ(s.l2, 0.0);
  EXPECT_EQ(s.batch_size, 64);
  EXPECT_EQ(s.epochs, 20);
  EXPECT_FALSE(s.seed.has_value());
}

TEST(Settings, TableSaysTheDefaultsThatHold) {
  const Settings s = make_settings({});
  auto fallback = [](std::string_view name) { return std::string(find_setting(name)->fallback); };
  EXPECT_EQ(std::stod(fallback("learning_rate")), s.learning_rate);
  EXPECT_EQ(std::stod(fallback("init_std")), s.init_std);
  EXPECT_EQ(std::stod(fallback("l2")), s.l2);
  EXPECT_EQ(std::stod(fallback("dropout")), s.dropout.of(0));
  EXPECT_EQ(std::stoi(fallback("batch_size")), s.batch_size);
  EXPECT_EQ(std::stoi(fallback("epochs")), s.epochs);
  EXPECT_EQ(fallback("hidden"), "[128]");
  EXPECT_EQ(fallback("init"), "");
  EXPECT_EQ(fallback("class_weights"), "none");
  EXPECT_EQ(s.class_weights.kind, ClassWeights::Kind::kNone);
}

TEST(Settings, TakeTheLayersInThreeForms) {
  EXPECT_EQ(make_settings({{"hidden", ValueList{256, 128}}}).hidden, (std::vector<int>{256, 128}));
  EXPECT_EQ(make_settings({{"hidden", ValueList{}}}).hidden, std::vector<int>{});
  EXPECT_EQ(make_settings({{"hidden_layers", 3}, {"hidden_units", 32}}).hidden,
            (std::vector<int>{32, 32, 32}));
  EXPECT_EQ(make_settings({{"hidden1", 9},
                           {"hidden2", 8},
                           {"hidden10", 1},
                           {"hidden3", 7},
                           {"hidden4", 6},
                           {"hidden5", 5},
                           {"hidden6", 4},
                           {"hidden7", 3},
                           {"hidden8", 2},
                           {"hidden9", 2}})
                .hidden,
            (std::vector<int>{9, 8, 7, 6, 5, 4, 3, 2, 2, 1}));
}

TEST(Settings, RefuseMixedAndIncompleteForms) {
  EXPECT_EQ(
      error_of({{"hidden", ValueList{1}}, {"hidden1", 2}}),
      "hidden1: 'hidden' and 'hidden1' both define the hidden layers; use only one of hidden, "
      "hidden_layers with hidden_units, or hidden1, hidden2, ...");
  EXPECT_EQ(error_of({{"hidden_units", 2}}),
            "hidden_units: 'hidden_units' also needs 'hidden_layers'");
  EXPECT_EQ(error_of({{"hidden1", 2}, {"hidden3", 2}}),
            "hidden3: 'hidden3' is set but 'hidden2' is missing; number the layers without gaps");
}

TEST(Settings, RefuseValuesOutsideTheirRange) {
  EXPECT_EQ(error_of({{"dropout", 1.5}}),
            "dropout: 'dropout' must be a number from 0 to 1; found 1.5");
  EXPECT_EQ(error_of({{"dropout", std::nan("")}}),
            "dropout: 'dropout' must be a number from 0 to 1; found .nan");
  EXPECT_EQ(error_of({{"learning_rate", 0.0}}),
            "learning_rate: 'learning_rate' must be a number above 0; found 0.0");
  EXPECT_EQ(error_of({{"l2", -1}}), "l2: 'l2' must be a number of 0 or more; found -1");
  EXPECT_EQ(
      error_of({{"batch_size", 2.5}}),
      "batch_size: 'batch_size' must be full, or a whole number from 1 to 1000000000; found 2.5");
  EXPECT_EQ(error_of({{"init", std::string("xavier")}}),
            "init: 'init' must be one of zero, constant, normal, xavier_normal, xavier_uniform, "
            "lecun_normal, "
            "he_normal, he_uniform, torch_default; found xavier");
  EXPECT_EQ(error_of({{"hidden", ValueList{0}}}),
            "hidden: 'hidden' must be a list of at most 100 widths, such as [256, 128]; found [0]");
  EXPECT_EQ(error_of({{"lerning_rate", 0.1}}),
            "lerning_rate: the trainer has no setting 'lerning_rate'");
}

TEST(Settings, TakeClassWeightsAsANameOrAList) {
  using Kind = ClassWeights::Kind;
  auto weights = [](const Value& v) { return make_settings({{"class_weights", v}}).class_weights; };
  EXPECT_EQ(weights(std::string("none")).kind, Kind::kNone);
  EXPECT_EQ(weights(std::string("balanced")).kind, Kind::kBalanced);
  EXPECT_EQ(weights(ValueList{1, 0.5}).kind, Kind::kList);
  EXPECT_EQ(weights(ValueList{1, 0.5}).list, (std::vector<double>{1.0, 0.5}));
  for (const Value& bad :
       {Value(std::string("equal")), Value(2), Value(ValueList{}), Value(ValueList{1, 0}),
        Value(ValueList{1, -1.0}), Value(ValueList{std::string("none")})}) {
    EXPECT_EQ(error_of({{"class_weights", bad}}),
              "class_weights: 'class_weights' must be none, balanced, or a list of positive "
              "numbers, one per class; found " +
                  to_text(bad));
  }
}

// Each word has its own enumerator.
TEST(Settings, KnowEachChoiceByItsName) {
  auto choice = [](const char* name, const char* word) {
    return make_settings({{name, std::string(word)}});
  };
  const std::vector<std::pair<const char*, Activation>> activations{
      {"linear", Activation::kLinear},
      {"sigmoid", Activation::kSigmoid},
      {"tanh", Activation::kTanh},
      {"relu", Activation::kRelu},
      {"leaky_relu", Activation::kLeakyRelu},
      {"elu", Activation::kElu},
      {"maxout", Activation::kMaxout},
      {"mish", Activation::kMish},
      {"silu", Activation::kSilu},
      {"gelu", Activation::kGelu},
      {"selu", Activation::kSelu}};
  for (const auto& [word, value] : activations) {
    EXPECT_EQ(choice("activation", word).activation.of(0), value) << word;
  }
  const std::vector<std::pair<const char*, Initialiser>> initialisers{
      {"zero", Initialiser::kZero},
      {"constant", Initialiser::kConstant},
      {"normal", Initialiser::kNormal},
      {"xavier_normal", Initialiser::kXavierNormal},
      {"xavier_uniform", Initialiser::kXavierUniform},
      {"lecun_normal", Initialiser::kLecunNormal},
      {"he_normal", Initialiser::kHeNormal},
      {"he_uniform", Initialiser::kHeUniform},
      {"torch_default", Initialiser::kTorchDefault}};
  for (const auto& [word, value] : initialisers) {
    EXPECT_EQ(choice("init", word).init, value) << word;
  }
  using enum OptimizerKind;
  const std::vector<std::pair<const char*, OptimizerKind>> optimizers{{"sgd", kSgd},
                                                                      {"adagrad", kAdagrad},
                                                                      {"rmsprop", kRmsprop},
                                                                      {"adam", kAdam},
                                                                      {"adamw", kAdamw}};
  for (const auto& [word, value] : optimizers) {
    EXPECT_EQ(choice("optimizer", word).optimizer, value) << word;
  }
  EXPECT_EQ(choice("loss", "cross_entropy").loss, LossKind::kCrossEntropy);
  EXPECT_EQ(choice("loss", "mse").loss, LossKind::kMse);
  EXPECT_EQ(choice("loss", "l1").loss, LossKind::kL1);
  EXPECT_EQ(choice("loss", "huber").loss, LossKind::kHuber);
  const std::vector<std::pair<const char*, ScheduleKind>> schedules{
      {"constant", ScheduleKind::kConstant},       {"step", ScheduleKind::kStep},
      {"exponential", ScheduleKind::kExponential}, {"inverse_time", ScheduleKind::kInverseTime},
      {"cosine", ScheduleKind::kCosine},           {"one_cycle", ScheduleKind::kOneCycle},
      {"plateau", ScheduleKind::kPlateau},         {"coslog4", ScheduleKind::kCoslog4},
      {"flat_cos", ScheduleKind::kFlatCos}};
  for (const auto& [word, value] : schedules) {
    const SettingMap map{{"schedule", std::string(word)},
                         {"schedule.every", 3},
                         {"schedule.factor", 0.5},
                         {"schedule.decay", 1.5}};
    EXPECT_EQ(make_settings(map).schedule.kind, value) << word;
  }
}

TEST(Settings, FadeRegularisationByName) {
  const std::vector<std::pair<const char*, Fade>> fades{
      {"constant", Fade::kConstant}, {"cosine", Fade::kCosine}, {"flat_cos", Fade::kFlatCos}};
  for (const auto& [word, value] : fades) {
    const Settings s = make_settings({{"dropout_schedule", std::string(word)}});
    EXPECT_EQ(s.dropout_schedule, value) << word;
    EXPECT_EQ(s.weight_decay_schedule, Fade::kConstant);
    const Settings other = make_settings({{"weight_decay_schedule", std::string(word)}});
    EXPECT_EQ(other.weight_decay_schedule, value) << word;
  }
}

TEST(Settings, HaveOneValueForAllLayersOrOneForEach) {
  const std::string relu = "relu";
  const std::string tanh = "tanh";
  const Settings s = make_settings({{"hidden", ValueList{4, 3}},
                                    {"activation", ValueList{relu, tanh}},
                                    {"dropout", ValueList{0.2, 0.5}}});
  EXPECT_EQ(s.activation.of(0), Activation::kRelu);
  EXPECT_EQ(s.activation.of(1), Activation::kTanh);
  EXPECT_EQ(s.dropout.of(0), 0.2);
  EXPECT_EQ(s.dropout.of(1), 0.5);
  EXPECT_EQ(error_of({{"hidden", ValueList{4, 3, 2}}, {"dropout", ValueList{0.2, 0.5}}}),
            "dropout: 'dropout' has 2 values for 3 hidden layers; give one value per layer, or a "
            "single value for all");
  EXPECT_EQ(error_of({{"dropout", ValueList{0.2, 1.2}}}),
            "dropout: 'dropout' must be a number from 0 to 1, or a list of these, one per "
            "hidden layer; found [0.2, 1.2]");
  EXPECT_EQ(make_settings({{"hidden", ValueList{}}, {"dropout", ValueList{}}}).hidden.size(), 0U);
}

TEST(Settings, TakeWordsInPlaceOfSomeNumbers) {
  EXPECT_FALSE(make_settings({{"batch_size", std::string("full")}}).batch_size.has_value());
  EXPECT_EQ(make_settings({{"batch_size", 7}}).batch_size, 7);
  EXPECT_EQ(make_settings({{"max_norm", 3.0}}).max_norm, 3.0);
  EXPECT_FALSE(make_settings({{"max_norm", std::string("none")}}).max_norm.has_value());
  EXPECT_EQ(make_settings({{"patience", 4}}).patience, 4);
  EXPECT_EQ(error_of({{"grad_clip", std::string("off")}}),
            "grad_clip: 'grad_clip' must be none, or a number above 0; found off");
  EXPECT_EQ(error_of({{"beta1", 1.0}}),
            "beta1: 'beta1' must be a number from 0 to less than 1; found 1.0");
  EXPECT_EQ(error_of({{"schedule.factor", 0.0}}),
            "schedule.factor: 'schedule.factor' must be a number above 0 and up to 1; found 0.0");
  // An epsilon that float32 rounds to 0 would allow a division by 0.
  EXPECT_EQ(error_of({{"epsilon", 1e-46}}),
            "epsilon: 'epsilon' must be a number of 1e-30 or more; found 1e-46");
  EXPECT_NE(error_of({{"bn_epsilon", 1e-80}}), "");
  EXPECT_EQ(error_of({{"batch_norm", 1}}),
            "batch_norm: 'batch_norm' must be true or false; found 1");
}

TEST(Settings, RefuseWhatDoesNotGoTogether) {
  auto word = [](const char* text) { return Value(std::string(text)); };
  EXPECT_EQ(error_of({{"activation", word("step")}}),
            "activation: 'activation: step' has a zero gradient everywhere, so no layer below it "
            "can learn; use sigmoid or tanh");
  EXPECT_EQ(error_of({{"pretrain", word("rbm")}}),
            "pretrain: 'pretrain: rbm' needs sigmoid hidden layers, because the units of a "
            "Boltzmann machine are sigmoid; write activation: sigmoid");
  EXPECT_EQ(error_of({{"batch_norm", true}, {"batch_size", 1}}),
            "batch_norm: 'batch_norm' cannot normalise a batch of one row; set batch_size to 2 "
            "or more");
  EXPECT_EQ(error_of({{"nesterov", true}, {"optimizer", word("adam")}}),
            "nesterov: 'nesterov' is a form of momentum; it needs optimizer: sgd and a "
            "momentum above 0");
  EXPECT_EQ(error_of({{"embedding", word("ple")}, {"input_dropout", 0.1}}),
            "embedding: 'input_dropout' would drop a column's value and keep its embedding; leave "
            "one of the two out");
  EXPECT_EQ(error_of({{"embedding", word("ple")}, {"precision", word("bf16")}}),
            "embedding: embedded inputs are computed in float32; write precision: f32");
  EXPECT_EQ(error_of({{"schedule", word("step")}, {"schedule.every", 2}}),
            "schedule: schedule: step needs 'factor'; write schedule: {type: step, every: ..., "
            "factor: ...}");
}

// A sweep that varies the schedule has the keys of every kind.
TEST(Settings, TakeOfAScheduleOnlyWhatItsKindTakes) {
  const SettingMap all{{"schedule", std::string("one_cycle")},
                       {"schedule.warmup", 3.0},
                       {"schedule.factor", 0.5},
                       {"schedule.final", 0.25}};
  const Schedule schedule = make_settings(all).schedule;
  EXPECT_EQ(schedule.warmup, 0.0);
  EXPECT_EQ(schedule.factor, Schedule{}.factor);
  EXPECT_EQ(schedule.final, 0.25);
  // coslog4 rises by itself.
  SettingMap cycles = all;
  cycles["schedule"] = std::string("coslog4");
  EXPECT_EQ(make_settings(cycles).schedule.warmup, 0.0);
  cycles["schedule"] = std::string("flat_cos");
  EXPECT_EQ(make_settings(cycles).schedule.warmup, 3.0);
}

TEST(Settings, GiveRmspropNoMomentumUnlessItIsSaid) {
  const Value rmsprop = std::string("rmsprop");
  EXPECT_EQ(make_settings({{"optimizer", rmsprop}}).momentum, 0.0);
  EXPECT_EQ(make_settings({{"optimizer", rmsprop}, {"momentum", 0.5}}).momentum, 0.5);
}

// configs/README.md is the reference for users.
TEST(Settings, AreDocumentedRowByRow) {
  std::ifstream file(std::string(HPSEARCH_SOURCE_DIR) + "/configs/README.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const SettingInfo& s : setting_table()) {
    const std::string start = "| `" + std::string(s.name) + "` | " +
                              (s.section == Section::kModel ? "model" : "training") + " | " +
                              std::string(s.fallback) + " | ";
    const std::size_t at = text.find(start);
    ASSERT_NE(at, std::string::npos) << start;
    const std::string row = text.substr(at, text.find('\n', at) - at);
    EXPECT_TRUE(row.ends_with("| " + std::string(s.meaning) + " |")) << row;
  }
}

TEST(Settings, KnowNumberedLayersOnly) {
  EXPECT_EQ(find_setting("hidden12")->name, "hidden<N>");
  EXPECT_EQ(find_setting("hidden0"), nullptr);
  EXPECT_EQ(find_setting("hidden01"), nullptr);
  EXPECT_EQ(find_setting("hidden+1"), nullptr);
  EXPECT_EQ(find_setting("hidden1x"), nullptr);
  EXPECT_EQ(find_setting("hidden<N>"), nullptr);
  EXPECT_EQ(find_setting("hidden101"), nullptr);
}

TEST(Settings, CountTheNumberedLayersByHiddenLayers) {
  const auto widths = [](SettingMap values) { return make_settings(values).hidden; };
  EXPECT_EQ(widths({{"hidden_layers", 1}, {"hidden1", 5}, {"hidden2", 4}}), (std::vector<int>{5}));
  EXPECT_EQ(widths({{"hidden_layers", 2}, {"hidden1", 5}, {"hidden2", 4}}),
            (std::vector<int>{5, 4}));
  EXPECT_EQ(widths({{"hidden_layers", 0}, {"hidden1", 5}}), (std::vector<int>{}));
  // What is beyond the depth may be absent, as it is not active; without layers no width is needed.
  EXPECT_EQ(widths({{"hidden_layers", 1}, {"hidden1", 5}, {"hidden3", 4}}), (std::vector<int>{5}));
  EXPECT_EQ(widths({{"hidden_layers", 0}}), (std::vector<int>{}));
  EXPECT_EQ(error_of({{"hidden_layers", 3}, {"hidden1", 5}, {"hidden2", 4}}),
            "hidden_layers: 'hidden_layers' is 3, but there is no 'hidden3'; give each layer a "
            "width, or all of them 'hidden_units'");
  EXPECT_EQ(error_of({{"hidden_layers", 2}}),
            "hidden_layers: 'hidden_layers' also needs 'hidden_units'");
  EXPECT_EQ(error_of({{"hidden_layers", 2}, {"hidden_units", 4}, {"hidden1", 5}}).substr(0, 55),
            "hidden1: 'hidden_units' and 'hidden1' both define the h");
}

}  // namespace
}  // namespace hpsearch::nn

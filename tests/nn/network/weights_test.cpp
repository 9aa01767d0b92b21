#include "nn/network/weights.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/settings/precision.h"
#include "nn/training/trainer.h"
#include "tests/nn/small_data.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::nn {
namespace {

// 30 rows of 3 numbers in 3 classes, 24 of them to train on.
TrainingData three_classes() {
  Dataset dataset = labelled(Task::kClassification, std::vector<std::uint32_t>(30), 3);
  dataset.columns = 3;
  dataset.features.resize(90);
  for (std::uint32_t i = 0; i < 90; ++i) {
    dataset.features[i] = static_cast<std::uint8_t>(i * 37 % 101);
    dataset.labels[i / 3] = i / 3 * 5 % 3;
  }
  return split_at(std::move(dataset), 24);
}

std::vector<SettingMap> kinds_of_networks() {
  const SettingMap base{{"batch_size", std::int64_t{6}}, {"learning_rate", 0.05}};
  std::vector<SettingMap> kinds{
      {{"hidden", ValueList{}}},
      {{"hidden", ValueList{std::int64_t{17}, std::int64_t{5}}},
       {"optimizer", std::string("adam")}},
      {{"hidden", ValueList{std::int64_t{7}}}, {"batch_norm", true}},
      {{"hidden", ValueList{std::int64_t{7}}}, {"bias", false}, {"dropout", 0.2}},
      {{"hidden", ValueList{std::int64_t{5}, std::int64_t{4}}},
       {"activation", std::string("maxout")},
       {"maxout_pieces", std::int64_t{3}},
       {"batch_norm", true}},
      {{"hidden", ValueList{std::int64_t{9}}},
       {"activation", std::string("mish")},
       {"scaling", true},
       {"parametrization", std::string("ntk")},
       {"optimizer", std::string("adam")},
       {"scaling_rate", 6.0}}};
  if (bfloat16_objection().empty()) {
    kinds.push_back({{"hidden", ValueList{std::int64_t{33}}}, {"precision", std::string("bf16")}});
    kinds.push_back({{"hidden", ValueList{std::int64_t{33}}},
                     {"scaling", true},
                     {"precision", std::string("bf16")}});
  }
  for (SettingMap& kind : kinds) {
    kind.insert(base.begin(), base.end());
  }
  return kinds;
}

// The copy is taken in the middle of a training that goes on, as a trial's best epoch is.
TEST(WeightSet, GivesAnotherNetworkTheResultsOfItsEpoch) {
  const TrainingData data = three_classes();
  for (const SettingMap& kind : kinds_of_networks()) {
    const Settings settings = make_settings(kind);
    Trainer trainer(settings, data, 1);
    trainer.train_epoch();
    const auto record = trainer.train_epoch();
    WeightSet copy;
    copy_weights(trainer.network(), copy);
    trainer.train_epoch();
    EXPECT_NE(trainer.evaluate(data.split.validation)->loss, record->val_loss);
    Trainer other(settings, data, 2);
    EXPECT_NE(other.evaluate(data.split.validation)->loss, record->val_loss);
    ASSERT_TRUE(other.set_weights(copy)) << kind.begin()->first;
    EXPECT_EQ(other.evaluate(data.split.validation)->loss, record->val_loss) << kind.begin()->first;
  }
}

TEST(WeightSet, MakesTheSameFileAsItsNetwork) {
  const TrainingData data = three_classes();
  const test::TempFolder folder;
  for (const SettingMap& kind : kinds_of_networks()) {
    Trainer trainer(make_settings(kind), data, 1);
    trainer.train_epoch();
    WeightSet copy;
    copy_weights(trainer.network(), copy);
    const auto of = [&](const std::vector<NamedTensor>& tensors) {
      write_safetensors(folder.path() / "file", tensors, {});
      return folder.read("file");
    };
    EXPECT_EQ(of(named_tensors(copy)), of(named_tensors(trainer.network())));
    // And the file gives them back.
    Trainer other(make_settings(kind), data, 2);
    ASSERT_TRUE(other.set_weights(read_safetensors(folder.path() / "file").tensors));
    EXPECT_EQ(other.evaluate(data.split.validation)->loss,
              trainer.evaluate(data.split.validation)->loss);
  }
}

TEST(WeightSet, HasTheFactorsOfTheInputsFirst) {
  const TrainingData data = three_classes();
  Trainer trainer(make_settings({{"scaling", true}, {"scaling_rate", 6.0}}), data, 1);
  trainer.train_epoch();
  WeightSet copy;
  copy_weights(trainer.network(), copy);
  EXPECT_EQ(copy[0].name, "scaling");
  EXPECT_EQ(copy[0].shape, std::vector<std::size_t>{3});
  EXPECT_NE(copy[0].values, std::vector<float>(3, 1.0F)) << "they have been trained";
  EXPECT_EQ(copy[1].name, "layers.0.weight");
}

TEST(WeightSet, IsCopiedWithoutFurtherMemory) {
  const TrainingData data = three_classes();
  Trainer trainer(make_settings(kinds_of_networks()[2]), data, 1);
  WeightSet copy;
  trainer.train_epoch();
  copy_weights(trainer.network(), copy);
  std::vector<const float*> places;
  for (const LoadedTensor& tensor : copy) {
    places.push_back(tensor.values.data());
  }
  const std::vector<float> before = copy.front().values;
  trainer.train_epoch();
  copy_weights(trainer.network(), copy);
  EXPECT_NE(copy.front().values, before);
  for (std::size_t i = 0; i < copy.size(); ++i) {
    EXPECT_EQ(copy[i].values.data(), places[i]) << copy[i].name;
  }
}

TEST(WeightSet, OfAnotherNetworkIsRefused) {
  const TrainingData data = three_classes();
  const Settings settings = make_settings(kinds_of_networks()[1]);
  Trainer trainer(settings, data, 1);
  const double loss = trainer.evaluate(data.split.validation)->loss;
  WeightSet right;
  copy_weights(Trainer(settings, data, 2).network(), right);
  const auto refused = [&](auto change) {
    WeightSet wrong = right;
    change(wrong);
    return !trainer.set_weights(wrong) && trainer.evaluate(data.split.validation)->loss == loss;
  };
  EXPECT_TRUE(refused([](WeightSet& w) { w.clear(); }));
  EXPECT_TRUE(refused([](WeightSet& w) { w.pop_back(); }));
  EXPECT_TRUE(refused([](WeightSet& w) { w.push_back(w.back()); }));
  EXPECT_TRUE(refused([](WeightSet& w) { std::swap(w[0], w[1]); }));
  EXPECT_TRUE(refused([](WeightSet& w) { w[2].name = "layers.9.weight"; }));
  EXPECT_TRUE(refused([](WeightSet& w) { std::swap(w[0].shape[0], w[0].shape[1]); }));
  EXPECT_TRUE(refused([](WeightSet& w) { w[0].values.pop_back(); }));
  EXPECT_TRUE(trainer.set_weights(right));
  EXPECT_NE(trainer.evaluate(data.split.validation)->loss, loss);
}

}  // namespace
}  // namespace hpsearch::nn

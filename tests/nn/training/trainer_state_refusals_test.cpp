// States that are not those of a training are refused, and nothing happens.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "nn/training/trainer.h"
#include "nn/training/trainer_state.h"
#include "tests/nn/training/small_trainings.h"

namespace hpsearch::nn {
namespace {

struct Foreign {
  const char* what;
  std::function<void(Settings&)> settings;
  std::uint64_t seed = kSeed;
  Task task = Task::kClassification;
};

// A state that is not one of this training is refused, and the trainer stays as it was.
TEST(RefusedTrainerStates, ForeignStatesAreRefused) {
  Settings settings = usual();
  Trainer trainer(settings, data_of(Task::kClassification), kSeed);
  trainer.train_epoch();
  const TrainerState state = trainer.save();
  const auto nothing = [](Settings&) {};
  const std::vector<Foreign> others{
      {"seed", nothing, kSeed + 1},
      {"task", nothing, kSeed, Task::kRegression},
      {"widths",
       [](Settings& s) {
         s.hidden = {7, 12};
       }},
      {"depth", [](Settings& s) { s.hidden = {12}; }},
      {"norm", [](Settings& s) { s.batch_norm = true; }},
      {"bias", [](Settings& s) { s.bias = false; }},
      {"batch", [](Settings& s) { s.batch_size = 8; }},
      {"momentum", [](Settings& s) { s.momentum = 0.0; }},
      {"optimizer", [](Settings& s) { s.optimizer = OptimizerKind::kAdam; }},
      {"scaling", [](Settings& s) { s.scaling = true; }},
      {"embedding", [](Settings& s) { s.embedding = Embedding::kPbld; }},
  };
  for (const Foreign& other : others) {
    SCOPED_TRACE(other.what);
    Settings changed = usual();
    other.settings(changed);
    Trainer refuses(changed, data_of(other.task), other.seed);
    EXPECT_FALSE(refuses.restore(state));
    Trainer fresh(changed, data_of(other.task), other.seed);
    expect_same(*refuses.train_epoch(), *fresh.train_epoch());
  }
}

TEST(RefusedTrainerStates, DamagedStatesAreRefused) {
  const Settings settings = usual();
  const TrainingData& data = data_of(Task::kClassification);
  Trainer trainer(settings, data, kSeed);
  trainer.train_epoch();
  const TrainerState good = trainer.save();
  const std::vector<std::pair<const char*, std::function<void(TrainerState&)>>> damages{
      {"no facts", [](TrainerState& s) { s.facts.clear(); }},
      {"no epoch", [](TrainerState& s) { s.facts.erase("trainer.epoch"); }},
      {"epoch 0", [](TrainerState& s) { s.facts["trainer.epoch"] = "0"; }},
      {"another epoch", [](TrainerState& s) { s.epoch = 2; }},
      {"updates", [](TrainerState& s) { s.facts["trainer.updates"] = "4"; }},
      {"no number", [](TrainerState& s) { s.facts["trainer.updates"] = "3x"; }},
      {"losses", [](TrainerState& s) { s.facts["trainer.validation_losses"] = ""; }},
      {"no losses", [](TrainerState& s) { s.facts["trainer.validation_losses"] = "what"; }},
      {"format", [](TrainerState& s) { s.facts["trainer.format"] = "2"; }},
      {"a tensor less", [](TrainerState& s) { s.tensors.pop_back(); }},
      {"a tensor more", [](TrainerState& s) { s.tensors.push_back(s.tensors.back()); }},
      {"numbers missing", [](TrainerState& s) { s.tensors.front().values.pop_back(); }},
      {"order", [](TrainerState& s) { std::swap(s.tensors[0], s.tensors[1]); }},
  };
  for (const auto& [what, damage] : damages) {
    SCOPED_TRACE(what);
    TrainerState bad = good;
    damage(bad);
    Trainer refuses(settings, data, kSeed);
    EXPECT_FALSE(refuses.restore(bad));
    EXPECT_TRUE(refuses.restore(good));
    EXPECT_FALSE(refuses.restore(good)) << "it has trained an epoch";
  }
}

}  // namespace
}  // namespace hpsearch::nn

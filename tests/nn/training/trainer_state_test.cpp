#include "nn/training/trainer_state.h"

#include <bit>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "nn/files/safetensors.h"
#include "nn/network/weights.h"
#include "nn/settings/precision.h"
#include "nn/training/trainer.h"
#include "tests/nn/training/small_trainings.h"
#include "tests/support/temp_folder.h"

// A training that is paused, whose state goes through the bytes of a file into another trainer,
// must go on as the one that never paused: every number of every epoch, and the weights at the end.

namespace hpsearch::nn {
namespace {

struct Change {
  std::string name;
  std::function<void(Settings&)> make;
};

std::vector<Change> optimizers() {
  const auto kind = [](OptimizerKind k, double momentum, bool nesterov = false) {
    return [=](Settings& s) {
      s.optimizer = k;
      s.momentum = momentum;
      s.nesterov = nesterov;
    };
  };
  return {{"sgd", kind(OptimizerKind::kSgd, 0.0)},
          {"momentum", kind(OptimizerKind::kSgd, 0.9)},
          {"nesterov", kind(OptimizerKind::kSgd, 0.9, true)},
          {"rmsprop", kind(OptimizerKind::kRmsprop, 0.0)},
          {"rmsprop_momentum", kind(OptimizerKind::kRmsprop, 0.5)},
          {"adagrad", kind(OptimizerKind::kAdagrad, 0.9)},
          {"adam", kind(OptimizerKind::kAdam, 0.9)},
          {"adamw", [=](Settings& s) {
             kind(OptimizerKind::kAdamw, 0.9)(s);
             s.weight_decay = 0.1;
           }}};
}

std::vector<Change> schedules() {
  std::vector<Change> all;
  for (const ScheduleKeys& keys : kScheduleKeys) {
    all.push_back({std::string(keys.word), [&keys](Settings& s) {
                     s.schedule.kind = keys.kind;
                     s.schedule.every = 2;
                     s.schedule.factor = 0.5;
                     s.schedule.decay = 0.3;
                     s.schedule.patience = 1;
                     if (keys.kind == ScheduleKind::kPlateau) {
                       s.learning_rate = 1e-6;  // so that the loss fails to fall
                     }
                   }});
  }
  all.push_back({"warmup", [](Settings& s) { s.schedule.warmup = 2.5; }});
  all.push_back({"fading", [](Settings& s) {
                   s.dropout = 0.3;
                   s.weight_decay = 0.2;
                   s.dropout_schedule = Fade::kFlatCos;
                   s.weight_decay_schedule = Fade::kCosine;
                 }});
  return all;
}

// A table of what a network may be made of, each alone and then several at once.
std::vector<Change> techniques() {
  const auto dropout = [](Settings& s) {
    s.dropout = std::vector<double>{0.4, 0.2};
    s.input_dropout = 0.2;
  };
  const auto norm = [](Settings& s) { s.batch_norm = true; };
  const auto maxout = [](Settings& s) { s.activation = Activation::kMaxout; };
  const auto penalties = [](Settings& s) {
    s.l1 = 1e-3;
    s.l2 = 1e-2;
    s.decay_bias = true;
  };
  const auto ntk = [](Settings& s) { s.parametrization = Parametrization::kNtk; };
  const auto scaling = [](Settings& s) {
    s.scaling = true;
    s.scaling_rate = 6.0;
  };
  const auto embedding = [](Embedding kind) {
    return [kind](Settings& s) {
      s.embedding = kind;
      s.bins = 4;
      s.frequencies = 3;
    };
  };
  return {
      {"dropout", dropout},
      {"batch_norm", norm},
      {"maxout", maxout},
      {"maxout_norm_dropout",
       [=](Settings& s) {
         maxout(s);
         norm(s);
         dropout(s);
       }},
      {"smooth", [](Settings& s) { s.activation = Activation::kMish; }},
      {"penalties", penalties},
      {"max_norm",
       [=](Settings& s) {
         s.max_norm = 0.6;
         penalties(s);
       }},
      {"clip", [](Settings& s) { s.grad_clip = 0.05; }},
      {"no_bias", [](Settings& s) { s.bias = false; }},
      {"linear", [](Settings& s) { s.hidden.clear(); }},
      {"full_batch", [](Settings& s) { s.batch_size.reset(); }},
      {"drop_last", [](Settings& s) { s.drop_last = true; }},
      {"balanced", [](Settings& s) { s.class_weights.kind = ClassWeights::Kind::kBalanced; }},
      {"ple", embedding(Embedding::kPle)},
      {"pbld", embedding(Embedding::kPbld)},
      {"scaling", scaling},
      {"ntk", ntk},
      {"all_of_it",
       [=](Settings& s) {
         embedding(Embedding::kPlePbld)(s);
         scaling(s);
         ntk(s);
         norm(s);
         dropout(s);
         penalties(s);
       }},
      {"pretrain",
       [](Settings& s) {
         s.pretrain.rbm = true;
         s.pretrain.epochs = 2;
       }},
  };
}

WeightSet weights_of(const Trainer& trainer) {
  WeightSet weights;
  copy_weights(trainer.network(), weights);
  return weights;
}

void expect_same(const WeightSet& a, const WeightSet& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    ASSERT_EQ(a[i].values.size(), b[i].values.size());
    EXPECT_TRUE(std::equal(a[i].values.begin(), a[i].values.end(), b[i].values.begin(),
                           [](float x, float y) {
                             return std::bit_cast<std::uint32_t>(x) ==
                                    std::bit_cast<std::uint32_t>(y);
                           }))
        << a[i].name;
  }
}

TrainerState through_a_file(const TrainerState& state, const std::filesystem::path& path) {
  std::vector<NamedTensor> tensors;
  for (const LoadedTensor& tensor : state.tensors) {
    tensors.push_back({tensor.name, tensor.shape, tensor.values, tensor.shape.back()});
  }
  write_safetensors(path, tensors, state.facts);
  SafetensorsFile file = read_safetensors(path);
  return {state.epoch, std::move(file.metadata), std::move(file.tensors)};
}

class TrainerStates : public ::testing::Test {
 protected:
  void expect_pauses_change_nothing(const Settings& settings, const TrainingData& data) {
    Trainer straight(settings, data, kSeed);
    straight.look_into(Diagnostics::kAll);
    std::vector<EpochRecord> records;
    std::vector<TrainerState> states;
    for (int i = 0; i < kEpochs; ++i) {
      records.push_back(*straight.train_epoch());
      states.push_back(straight.save());
    }
    const WeightSet end = weights_of(straight);
    const std::size_t outputs = network_outputs(*data.dataset);
    expect_size(states.back(), most_state_numbers(settings, kColumns, outputs),
                most_state_bytes(settings, kColumns, outputs));
    for (int pause = 1; pause < kEpochs; ++pause) {
      SCOPED_TRACE(testing::Message() << "after epoch " << pause);
      Trainer other(settings, data, kSeed);
      other.look_into(Diagnostics::kAll);
      ASSERT_TRUE(other.restore(
          through_a_file(states[static_cast<std::size_t>(pause - 1)], folder_.path() / "state")));
      for (int i = pause; i < kEpochs; ++i) {
        expect_same(*other.train_epoch(), records[static_cast<std::size_t>(i)]);
      }
      expect_same(weights_of(other), end);
      // What a second pause would save.
      EXPECT_EQ(other.save().facts, states.back().facts);
    }
  }

  void expect_pauses_change_nothing(const std::vector<Change>& changes) {
    for (const Task task : {Task::kClassification, Task::kRegression}) {
      for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
        Settings settings = usual();
        settings.precision = precision;
        std::string name = task == Task::kRegression ? "regression" : "classification";
        name += precision == Precision::kBf16 ? " bf16" : " f32";
        for (const Change& change : changes) {
          change.make(settings);
          name += " " + change.name;
        }
        SCOPED_TRACE(name);
        if (task == Task::kRegression) {
          settings.class_weights = {};
          settings.clip_predictions = true;
        }
        if (precision == Precision::kBf16 &&
            (!bfloat16_objection().empty() || settings.embedding != Embedding::kNone)) {
          continue;  // not on this CPU, or not at all
        }
        expect_pauses_change_nothing(settings, data_of(task));
      }
    }
  }

 private:
  void expect_size(const TrainerState& state, std::size_t most_numbers, std::size_t most_bytes) {
    std::size_t numbers = 0;
    for (const LoadedTensor& tensor : state.tensors) {
      numbers += tensor.values.size();
    }
    EXPECT_EQ(numbers, most_numbers) << "random columns fill all bins";
    through_a_file(state, folder_.path() / "state");
    EXPECT_LE(std::filesystem::file_size(folder_.path() / "state"), most_bytes);
  }

  test::TempFolder folder_;
};

TEST_F(TrainerStates, EveryOptimizerWithEverySchedule) {
  for (const Change& optimizer : optimizers()) {
    for (const Change& schedule : schedules()) {
      expect_pauses_change_nothing({optimizer, schedule});
    }
  }
}

TEST_F(TrainerStates, EveryOptimizerWithEveryTechnique) {
  for (const Change& optimizer : optimizers()) {
    for (const Change& technique : techniques()) {
      expect_pauses_change_nothing({optimizer, technique});
    }
  }
}

// A rate that falls on a plateau is the one state that the losses alone decide.
TEST_F(TrainerStates, PlateauIsRemembered) {
  Settings settings = usual();
  schedules()[6].make(settings);
  ASSERT_EQ(settings.schedule.kind, ScheduleKind::kPlateau);
  Trainer trainer(settings, data_of(Task::kClassification), kSeed);
  double last = 0.0;
  for (int i = 0; i < kEpochs; ++i) {
    last = trainer.train_epoch()->learning_rate;
  }
  EXPECT_LT(last, settings.learning_rate) << "the rate never fell, so the test above shows nothing";
}

}  // namespace
}  // namespace hpsearch::nn

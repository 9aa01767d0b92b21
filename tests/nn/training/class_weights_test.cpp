#include "nn/training/class_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

ClassWeights weights(const Value& value) {
  return make_settings({{"class_weights", value}}).class_weights;
}

const ClassWeights kBalanced = weights(std::string("balanced"));
const ClassWeights kThree = weights(ValueList{1, 2.5, std::int64_t{4}});

// Eight training rows of three classes, against scikit-learn's compute_class_weight. A fourth class
// has rows in the validation part only.
TEST(ClassWeightsOf, AreBalancedOverTheTrainingPart) {
  const TrainingData data =
      split_at(labelled(Task::kClassification, {0, 0, 0, 1, 1, 2, 0, 0, 2, 2}, 3), 8);
  EXPECT_THAT(weights_of_classes(kBalanced, data),
              ElementsAre(DoubleEq(8.0 / 15.0), DoubleEq(4.0 / 3.0), DoubleEq(8.0 / 3.0)));
  const TrainingData gap = split_at(labelled(Task::kClassification, {0, 1, 1, 1, 2}, 3), 4);
  EXPECT_THAT(weights_of_classes(kBalanced, gap),
              ElementsAre(DoubleEq(4.0 / 3.0), DoubleEq(4.0 / 9.0), 0.0));
  const TrainingData binary = split_at(labelled(Task::kBinary, {0, 1, 1, 1}, 2), 4);
  EXPECT_THAT(weights_of_classes(kBalanced, binary), ElementsAre(2.0, DoubleEq(2.0 / 3.0)));
}

TEST(ClassWeightsOf, AreTheListOrNothing) {
  const TrainingData data = split_at(labelled(Task::kClassification, {0, 1, 2}, 3), 3);
  EXPECT_THAT(weights_of_classes(kThree, data), ElementsAre(1.0, 2.5, 4.0));
  EXPECT_THAT(weights_of_classes(weights(std::string("none")), data), IsEmpty());
}

TEST(ClassWeightsOf, AreRefusedWhereTheyDoNotFit) {
  const Dataset two = labelled(Task::kBinary, {0, 1}, 2);
  EXPECT_THAT(why_unfit(kThree, two),
              Optional(std::string("'class_weights' has 3 weights, but 'small' has 2 classes; give "
                                   "one weight per class, in this order: 0, 1")));
  EXPECT_THAT(why_unfit(weights(ValueList{1.0}), two),
              Optional(std::string("'class_weights' has 1 weight, but 'small' has 2 classes; give "
                                   "one weight per class, in this order: 0, 1")));
  Dataset named = two;
  named.class_names = {"no", "yes"};
  EXPECT_THAT(*why_unfit(kThree, named),
              testing::EndsWith("one weight per class, in this order: no, yes"));
  EXPECT_THAT(*why_unfit(kThree, labelled(Task::kClassification, {0, 9}, 10)),
              testing::EndsWith("in this order: 0, 1, 2, 3, 4, 5, 6, 7, ..."));
  const Dataset numbers = numbered({1.0F, 2.0F});
  for (const ClassWeights& w : {kThree, kBalanced}) {
    EXPECT_THAT(why_unfit(w, numbers),
                Optional(std::string("'class_weights' applies to classification only, but 'small' "
                                     "is a regression; remove it")));
  }
  EXPECT_EQ(why_unfit({}, numbers), std::nullopt);
  EXPECT_EQ(why_unfit(kBalanced, two), std::nullopt);
  EXPECT_THROW(weights_of_classes(kBalanced, split_at(numbers, 2)), SettingError);
}

}  // namespace
}  // namespace hpsearch::nn

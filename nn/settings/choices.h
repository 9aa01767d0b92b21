// The words that stand for enumerators in a sweep file, one table per enumeration.
//
// Code never relies on the order of an enumeration. setting_table.cpp asserts at compile time that
// the choices of each setting are the words of its table here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "nn/kernels/activation.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

template <class Enum>
struct Choice {
  std::string_view word;
  Enum value;
};

inline constexpr Choice<Activation> kActivationChoices[]{
    {"linear", Activation::kLinear},   {"step", Activation::kStep},
    {"sigmoid", Activation::kSigmoid}, {"tanh", Activation::kTanh},
    {"relu", Activation::kRelu},       {"leaky_relu", Activation::kLeakyRelu},
    {"elu", Activation::kElu},         {"maxout", Activation::kMaxout},
    {"mish", Activation::kMish},       {"silu", Activation::kSilu},
    {"gelu", Activation::kGelu},       {"selu", Activation::kSelu},
};

inline constexpr Choice<Initialiser> kInitialiserChoices[]{
    {"zero", Initialiser::kZero},
    {"constant", Initialiser::kConstant},
    {"normal", Initialiser::kNormal},
    {"xavier_normal", Initialiser::kXavierNormal},
    {"xavier_uniform", Initialiser::kXavierUniform},
    {"lecun_normal", Initialiser::kLecunNormal},
    {"he_normal", Initialiser::kHeNormal},
    {"he_uniform", Initialiser::kHeUniform},
    {"torch_default", Initialiser::kTorchDefault},
};

inline constexpr Choice<Parametrization> kParametrizationChoices[]{
    {"standard", Parametrization::kStandard},
    {"ntk", Parametrization::kNtk},
};

inline constexpr Choice<Embedding> kEmbeddingChoices[]{
    {"none", Embedding::kNone},
    {"ple", Embedding::kPle},
    {"pbld", Embedding::kPbld},
    {"ple_pbld", Embedding::kPlePbld},
};

inline constexpr Choice<OptimizerKind> kOptimizerChoices[]{
    {"sgd", OptimizerKind::kSgd},         {"adagrad", OptimizerKind::kAdagrad},
    {"rmsprop", OptimizerKind::kRmsprop}, {"adam", OptimizerKind::kAdam},
    {"adamw", OptimizerKind::kAdamw},
};

inline constexpr Choice<LossKind> kLossChoices[]{
    {"cross_entropy", LossKind::kCrossEntropy},
    {"mse", LossKind::kMse},
    {"l1", LossKind::kL1},
    {"huber", LossKind::kHuber},
};

inline constexpr Choice<Fade> kFadeChoices[]{
    {"constant", Fade::kConstant},
    {"cosine", Fade::kCosine},
    {"flat_cos", Fade::kFlatCos},
};

inline constexpr Choice<BestBy> kBestByChoices[]{
    {"metric", BestBy::kMetric},
    {"loss", BestBy::kLoss},
};

inline constexpr Choice<Precision> kPrecisionChoices[]{
    {"f32", Precision::kF32},
    {"bf16", Precision::kBf16},
    {"auto", Precision::kAuto},
};

// The row of a table with this word. Requires that there is one.
template <class Rows>
constexpr const auto& row_of(const Rows& rows, std::string_view word) {
  return *std::find_if(std::begin(rows), std::end(rows),
                       [&](const auto& row) { return row.word == word; });
}

// The word of an enumerator. Requires that the table has it.
template <class Enum, std::size_t kCount>
constexpr std::string_view word_of(const Choice<Enum> (&choices)[kCount], Enum value) {
  return std::find_if(std::begin(choices), std::end(choices),
                      [&](const Choice<Enum>& choice) { return choice.value == value; })
      ->word;
}

// True if `words`, separated by one space, are exactly the words of these rows in their order.
template <class Rows>
constexpr bool are_words_of(std::string_view words, const Rows& rows) {
  for (const auto& row : rows) {
    if (!words.starts_with(row.word)) {
      return false;
    }
    words.remove_prefix(row.word.size());
    if (!words.empty()) {
      if (words.front() != ' ') {
        return false;
      }
      words.remove_prefix(1);
    }
  }
  return words.empty();
}

}  // namespace hpsearch::nn

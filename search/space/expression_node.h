// The syntax tree of an expression. Internal to search/space/expression*.cpp.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "search/space/expression.h"

namespace hpsearch::search {

enum class Operator {
  kConstant,
  kName,
  kList,
  kOr,
  kAnd,
  kNot,
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kNegate
};

// The value of a tree with these parameters; empty: unknown (Expression::holds()).
std::optional<nn::Value> evaluate(const Expression::Node& node, const ParamSet& params);

using NodePointer = std::shared_ptr<const Expression::Node>;

struct Expression::Node {
  Operator op = Operator::kConstant;
  std::size_t offset = 0;  // byte offset of the operator, or of the operand's start
  nn::Value value = {};    // for kConstant
  std::string name = {};   // for kName
  std::vector<NodePointer> operands = {};
  int height = 1;  // levels of the tree below and including this node; bounds every recursion
};

struct OperatorWord {
  std::string_view word;
  Operator op;
};
// Longest first: the parser takes the first word that matches, and "<" is a prefix of "<=".
inline constexpr std::array kComparisons{
    OperatorWord{"==", Operator::kEqual},     OperatorWord{"!=", Operator::kUnequal},
    OperatorWord{"<=", Operator::kLessEqual}, OperatorWord{">=", Operator::kGreaterEqual},
    OperatorWord{"<", Operator::kLess},       OperatorWord{">", Operator::kGreater},
};
inline constexpr std::array kSums{OperatorWord{"+", Operator::kAdd},
                                  OperatorWord{"-", Operator::kSubtract}};
inline constexpr std::array kProducts{OperatorWord{"*", Operator::kMultiply},
                                      OperatorWord{"/", Operator::kDivide},
                                      OperatorWord{"%", Operator::kModulo}};

}  // namespace hpsearch::search

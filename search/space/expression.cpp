#include "search/space/expression.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "search/space/distribution.h"
#include "search/space/expression_node.h"

namespace hpsearch::search {
namespace {

using Node = Expression::Node;

std::string_view word_of(Operator op) {
  for (const auto words :
       {std::span<const OperatorWord>(kComparisons), std::span<const OperatorWord>(kSums),
        std::span<const OperatorWord>(kProducts)}) {
    for (const OperatorWord& word : words) {
      if (word.op == op) {
        return word.word;
      }
    }
  }
  return op == Operator::kOr    ? "or"
         : op == Operator::kAnd ? "and"
         : op == Operator::kNot ? "not"
                                : "-";
}

// --- Values -----------------------------------------------------------------------------------

// Evaluation returns an empty optional for "unknown": a missing parameter, a wrong type or an
// undefined number. Unknown operands make the result unknown, except in and/or, where one known
// operand can decide (Kleene's strong three-valued logic).
using Maybe = std::optional<nn::Value>;

std::optional<bool> truth(const Node& node, const ParamSet& params) {
  const Maybe value = evaluate(node, params);
  const bool* is = value ? std::get_if<bool>(&*value) : nullptr;
  return is != nullptr ? std::optional(*is) : std::nullopt;
}

// Evaluates and/or. `deciding` is the operand value that settles the result alone: true for `or`,
// false for `and`. All operands are looked at, as a later one may still decide.
Maybe decide(const Node& node, const ParamSet& params, bool deciding) {
  bool known = true;
  for (const NodePointer& operand : node.operands) {
    const auto is = truth(*operand, params);
    if (is == deciding) {
      return nn::Value(deciding);
    }
    known = known && is.has_value();
  }
  return known ? Maybe(nn::Value(!deciding)) : std::nullopt;
}

// Room for the rounding of decimal fractions, relative to the larger operand. It is far above the
// few units in the last place (2e-16) that arithmetic loses, and far below what anyone writes.
constexpr double kRoom = 1e-12;

// Whole numbers are exact, and their sums, differences and remainders too.
double room(double a, double b) {
  const bool whole = std::trunc(a) == a && std::trunc(b) == b;
  return whole ? 0.0 : kRoom * std::max(std::abs(a), std::abs(b));
}

bool equal(double a, double b) {
  return a == b || std::abs(a - b) <= room(a, b);
}

bool equal(const nn::Value& a, const nn::Value& b) {
  const auto* one = std::get_if<nn::ValueList>(&a);
  const auto* other = std::get_if<nn::ValueList>(&b);
  if (one != nullptr && other != nullptr) {
    return std::equal(one->begin(), one->end(), other->begin(), other->end(),
                      [](const nn::Value& x, const nn::Value& y) { return equal(x, y); });
  }
  return same_value(a, b) || (a.is_number() && b.is_number() && a.number() != b.number() &&
                              equal(a.number(), b.number()));
}

std::optional<double> calculate(Operator op, double a, double b) {
  double result = 0.0;
  switch (op) {
    case Operator::kAdd:
      result = equal(a, -b) ? 0.0 : a + b;
      break;
    case Operator::kSubtract:
      result = equal(a, b) ? 0.0 : a - b;
      break;
    case Operator::kMultiply:
      result = a * b;
      break;
    case Operator::kDivide:
      result = a / b;
      break;
    default:  // kModulo
      // Floored modulo, as in Python: the result takes the sign of the divisor.
      result = std::fmod(a, b);
      result += result != 0.0 && (result < 0.0) != (b < 0.0) ? b : 0.0;
      // 0.3 % 0.1 is just below 0.1 in binary.
      if (std::abs(result) <= room(a, b) || std::abs(result - b) <= room(a, b)) {
        result = 0.0;
      }
  }
  return std::isfinite(result) ? std::optional(result) : std::nullopt;
}

bool compare(Operator op, double a, double b) {
  switch (op) {
    case Operator::kLess:
      return a < b && !equal(a, b);
    case Operator::kLessEqual:
      return a <= b || equal(a, b);
    case Operator::kGreater:
      return a > b && !equal(a, b);
    default:  // kGreaterEqual
      return a >= b || equal(a, b);
  }
}

// Equality and `in` accept any types; all other binary operators need two numbers.
Maybe of_two(const Node& node, const ParamSet& params) {
  const Maybe a = evaluate(*node.operands[0], params);
  const Maybe b = evaluate(*node.operands[1], params);
  if (!a || !b) {
    return std::nullopt;
  }
  switch (node.op) {
    case Operator::kEqual:
      return nn::Value(equal(*a, *b));
    case Operator::kUnequal:
      return nn::Value(!equal(*a, *b));
    case Operator::kIn: {
      const auto* list = std::get_if<nn::ValueList>(&*b);
      if (list == nullptr) {
        return std::nullopt;
      }
      return nn::Value(std::any_of(list->begin(), list->end(),
                                   [&](const nn::Value& item) { return equal(*a, item); }));
    }
    default:
      break;
  }
  if (!a->is_number() || !b->is_number()) {
    return std::nullopt;
  }
  switch (node.op) {
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
      return nn::Value(compare(node.op, a->number(), b->number()));
    default: {
      const auto result = calculate(node.op, a->number(), b->number());
      return result ? Maybe(nn::Value(*result)) : std::nullopt;
    }
  }
}

}  // namespace

std::optional<nn::Value> evaluate(const Expression::Node& node, const ParamSet& params) {
  switch (node.op) {
    case Operator::kConstant:
      return node.value;
    case Operator::kName: {
      const auto found = params.find(node.name);
      return found == params.end() ? std::nullopt : Maybe(found->second);
    }
    case Operator::kList: {
      nn::ValueList list;
      for (const NodePointer& item : node.operands) {
        Maybe value = evaluate(*item, params);
        if (!value) {
          return std::nullopt;
        }
        list.push_back(*std::move(value));
      }
      return nn::Value(std::move(list));
    }
    case Operator::kOr:
      return decide(node, params, true);
    case Operator::kAnd:
      return decide(node, params, false);
    case Operator::kNot: {
      const auto is = truth(*node.operands[0], params);
      return is ? Maybe(nn::Value(!*is)) : std::nullopt;
    }
    case Operator::kNegate: {
      const Maybe value = evaluate(*node.operands[0], params);
      return value && value->is_number() ? Maybe(nn::Value(-value->number())) : std::nullopt;
    }
    default:
      return of_two(node, params);
  }
}

namespace {

// --- Kinds ------------------------------------------------------------------------------------

// Names one kind for a message; a name that can take several kinds is described by the first.
std::string kind_text(const ValueKinds& kinds) {
  return kinds.number    ? "a number"
         : kinds.text    ? "a string"
         : kinds.boolean ? "true or false"
                         : "a list";
}

bool share_a_kind(const ValueKinds& a, const ValueKinds& b) {
  return (a.number && b.number) || (a.text && b.text) || (a.boolean && b.boolean) ||
         (a.list && b.list);
}

// Bottom-up type check. A name may have several kinds, so an operator is rejected only if no kind
// of its operand fits.
class Checker {
 public:
  explicit Checker(const std::function<ValueKinds(const std::string&)>& kinds) : kinds_(kinds) {}

  ValueKinds check(const Node& node) const {
    std::vector<ValueKinds> operands;
    for (const NodePointer& operand : node.operands) {
      operands.push_back(check(*operand));
    }
    switch (node.op) {
      case Operator::kConstant:
        return kinds_of({node.value});
      case Operator::kName:
        return kinds_(node.name);
      case Operator::kList: {
        ValueKinds list;
        list.list = true;
        return list;
      }
      case Operator::kOr:
      case Operator::kAnd:
      case Operator::kNot:
        for (const ValueKinds& operand : operands) {
          require(operand.boolean, node, "true or false", operand);
        }
        return boolean();
      case Operator::kEqual:
      case Operator::kUnequal:
        check_equality(node, operands[0], operands[1]);
        return boolean();
      case Operator::kIn:
        if (!operands[1].list) {
          throw ExpressionError(node.offset, "'in' needs a list on its right side, such as [1, 2]");
        }
        // A list item that the left side can never equal is almost certainly a typo.
        for (const NodePointer& item : node.operands[1]->operands) {
          check_never(*item, operands[0], *node.operands[0]);
        }
        return boolean();
      default:
        break;
    }
    for (const ValueKinds& operand : operands) {
      require(operand.number, node, "numbers", operand);
    }
    ValueKinds result;
    const bool compares = node.op == Operator::kLess || node.op == Operator::kLessEqual ||
                          node.op == Operator::kGreater || node.op == Operator::kGreaterEqual;
    (compares ? result.boolean : result.number) = true;
    return result;
  }

 private:
  static ValueKinds boolean() {
    ValueKinds kinds;
    kinds.boolean = true;
    return kinds;
  }

  static void require(bool met, const Node& node, std::string_view what, const ValueKinds& found) {
    if (!met) {
      throw ExpressionError(node.offset, fmt::format("'{}' needs {}; found {}", word_of(node.op),
                                                     what, kind_text(found)));
    }
  }

  static void check_equality(const Node& node, const ValueKinds& a, const ValueKinds& b) {
    if (!share_a_kind(a, b)) {
      throw ExpressionError(node.offset,
                            fmt::format("compares {} with {}", kind_text(a), kind_text(b)));
    }
    check_never(*node.operands[1], a, *node.operands[0]);
    check_never(*node.operands[0], b, *node.operands[1]);
  }

  // Rejects comparing a name with a constant that it can never equal. Applies only if all values of
  // the name are known.
  static void check_never(const Node& constant, const ValueKinds& kinds, const Node& name) {
    if (constant.op != Operator::kConstant || name.op != Operator::kName || kinds.values.empty()) {
      return;
    }
    const bool ever = std::any_of(kinds.values.begin(), kinds.values.end(),
                                  [&](const nn::Value& v) { return equal(v, constant.value); });
    if (!ever) {
      throw ExpressionError(constant.offset, fmt::format("'{}' is never {}; it is one of {}",
                                                         name.name, nn::to_text(constant.value),
                                                         nn::to_text(nn::Value(kinds.values))));
    }
  }

  const std::function<ValueKinds(const std::string&)>& kinds_;
};

void collect_names(const Node& node, std::vector<Expression::Name>& names) {
  if (node.op == Operator::kName) {
    names.push_back({node.name, node.offset});
  }
  for (const NodePointer& operand : node.operands) {
    collect_names(*operand, names);
  }
}

NodePointer substitute(const NodePointer& node, const ParamSet& constants) {
  // Nodes are shared and immutable, so substitution builds a new tree.
  Node copy = *node;
  if (const auto found = constants.find(node->name);
      node->op == Operator::kName && found != constants.end()) {
    copy = {Operator::kConstant, node->offset, found->second, {}, {}, 1};
  }
  for (NodePointer& operand : copy.operands) {
    operand = substitute(operand, constants);
  }
  return std::make_shared<const Node>(std::move(copy));
}

}  // namespace

ValueKinds kinds_of(const std::vector<nn::Value>& values) {
  ValueKinds kinds;
  for (const nn::Value& value : values) {
    kinds.number = kinds.number || value.is_number();
    kinds.text = kinds.text || std::holds_alternative<std::string>(value);
    kinds.boolean = kinds.boolean || std::holds_alternative<bool>(value);
    kinds.list = kinds.list || std::holds_alternative<nn::ValueList>(value);
  }
  return kinds;
}

std::vector<Expression::Name> Expression::names() const {
  std::vector<Name> names;
  collect_names(*root_, names);
  std::stable_sort(names.begin(), names.end(),
                   [](const Name& a, const Name& b) { return a.offset < b.offset; });
  return names;
}

void Expression::check(const std::function<ValueKinds(const std::string&)>& kinds) const {
  const ValueKinds whole = Checker(kinds).check(*root_);
  if (!whole.boolean) {
    throw ExpressionError(
        0, fmt::format("the expression is {}; it must be true or false, such as a comparison",
                       kind_text(whole)));
  }
}

Expression Expression::with(const ParamSet& constants) const {
  return {text_, substitute(root_, constants)};
}

std::optional<bool> Expression::holds(const ParamSet& params) const {
  return truth(*root_, params);
}

}  // namespace hpsearch::search

#include <algorithm>
#include <cmath>

#include "search/space/expression_node.h"

namespace hpsearch::search {
namespace {

// Between what holds and what just does not: `a < b` does not hold for equal numbers.
constexpr double kLeast = 1e-9;

// Empty for what compares no two numbers.
std::optional<double> distance(const Expression::Node& node, const ParamSet& params) {
  const auto a = evaluate(*node.operands[0], params);
  const auto b = evaluate(*node.operands[1], params);
  if (!a || !b || !a->is_number() || !b->is_number()) {
    return std::nullopt;
  }
  const double size = std::abs(a->number()) + std::abs(b->number());
  return size > 0.0 ? (a->number() - b->number()) / size : 0.0;
}

std::optional<double> margin_of(const Expression::Node& node, const ParamSet& params);

// The least or the largest of those that are known.
std::optional<double> extreme(const Expression::Node& node, const ParamSet& params, bool largest) {
  std::optional<double> result;
  for (const NodePointer& operand : node.operands) {
    const auto one = margin_of(*operand, params);
    if (one && (!result || (largest ? *one > *result : *one < *result))) {
      result = one;
    }
  }
  return result;
}

std::optional<double> margin_of(const Expression::Node& node, const ParamSet& params) {
  std::optional<double> far;
  switch (node.op) {
    case Operator::kAnd:
      return extreme(node, params, true);
    case Operator::kOr:
      return extreme(node, params, false);
    case Operator::kNot:
      far = margin_of(*node.operands[0], params);
      return far ? std::optional(-*far) : std::nullopt;
    case Operator::kLess:
    case Operator::kLessEqual:
      return distance(node, params);
    case Operator::kGreater:
    case Operator::kGreaterEqual:
      far = distance(node, params);
      return far ? std::optional(-*far) : std::nullopt;
    case Operator::kEqual:
    case Operator::kUnequal:
      far = distance(node, params);
      if (far) {
        return node.op == Operator::kEqual ? std::abs(*far) : -std::abs(*far);
      }
      break;
    default:
      break;
  }
  const auto value = evaluate(node, params);
  const bool* holds = value ? std::get_if<bool>(&*value) : nullptr;
  return holds == nullptr ? std::nullopt : std::optional(*holds ? -1.0 : 1.0);
}

}  // namespace

std::optional<double> Expression::margin(const ParamSet& params) const {
  const auto is = holds(params);
  if (!is) {
    return std::nullopt;
  }
  const double far = margin_of(*root_, params).value_or(0.0);
  return *is ? std::min(far, 0.0) : std::max(far, kLeast);
}

}  // namespace hpsearch::search

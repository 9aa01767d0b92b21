// A small expression language over parameters, as in `when: optimizer == "sgd"` or `constraints:
// [hidden2 <= hidden1]`.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "search/space/param_set.h"

namespace hpsearch::search {

// A syntax or type error, with the byte offset in the text where it occurred.
class ExpressionError : public std::runtime_error {
 public:
  ExpressionError(std::size_t offset, const std::string& message)
      : std::runtime_error(message), offset_(offset) {}
  std::size_t offset() const { return offset_; }

 private:
  std::size_t offset_;
};

// The kinds of value that a name can take.
struct ValueKinds {
  bool number = false;
  bool text = false;
  bool boolean = false;
  bool list = false;
  std::vector<nn::Value> values =
      {};  // the complete list of values if it is short; otherwise empty
};
ValueKinds kinds_of(const std::vector<nn::Value>& values);

// A parsed expression. Operators, from loosest to tightest: `or`; `and`; `not`; one comparison (==
// != < <= > >= `in` `not in`); + and -; * / %; unary minus. Operands are numbers, strings in single
// or double quotes, true, false, parameter names, lists in [], and parentheses. Backticks enclose a
// name with other characters than letters, digits, _ and dots: `val/acc`. Numbers are doubles; a %
// b takes the sign of b. Immutable: copies share the tree.
class Expression {
 public:
  struct Node;
  struct Name {
    std::string name;
    std::size_t offset;
  };

  // Throws ExpressionError if the text does not parse.
  static Expression parse(std::string_view text);

  // Can an expression say this name without backticks?
  static bool is_plain_name(std::string_view name);

  const std::string& text() const { return text_; }
  std::vector<Name> names() const;  // in text order, one entry per occurrence

  // Type-checks the expression. Throws ExpressionError if an operand can never have the type its
  // operator needs, or if the result is not a boolean. `kinds` is asked for each of names().
  void check(const std::function<ValueKinds(const std::string&)>& kinds) const;

  // A copy with these names replaced by constants.
  Expression with(const ParamSet& constants) const;

  // Evaluates the expression in three-valued logic. Empty (unknown) if the result depends on a name
  // without a value, on an operand of the wrong type, or on an undefined number such as 1 / 0.
  // `false and x` is false and `true or x` is true even if x is unknown.
  std::optional<bool> holds(const ParamSet& params) const;

  // How far the expression is from the border where it starts to hold: at most 0 where it holds,
  // above 0 where it does not, and unknown where holds() is. A comparison of numbers a <= b has (a
  // - b) / (|a| + |b|), between -1 and 1 whatever the unit; `and` has the largest of its operands,
  // `or` the smallest, `not` the opposite; everything else has -1 or 1.
  std::optional<double> margin(const ParamSet& params) const;

 private:
  Expression(std::string text, std::shared_ptr<const Node> root)
      : text_(std::move(text)), root_(std::move(root)) {}

  std::string text_;
  std::shared_ptr<const Node> root_;
};

}  // namespace hpsearch::search

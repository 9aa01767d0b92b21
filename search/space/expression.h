// A small language over parameters: `when: optimizer == "sgd"`, `constraints: [hidden2 <=
// hidden1]`.
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

// What is wrong with an expression, and at which byte of its text.
class ExpressionError : public std::runtime_error {
 public:
  ExpressionError(std::size_t offset, const std::string& message)
      : std::runtime_error(message), offset_(offset) {}
  std::size_t offset() const { return offset_; }

 private:
  std::size_t offset_;
};

// What values a name may have.
struct ValueKinds {
  bool number = false;
  bool text = false;
  bool boolean = false;
  bool list = false;
  std::vector<nn::Value> values = {};  // all of them, where they are few; else empty
};
ValueKinds kinds_of(const std::vector<nn::Value>& values);

// Loosest first: `or`; `and`; `not`; one of == != < <= > >= `in` `not in`; + and -; * / %; the
// sign. Numbers, texts in single or double quotes, true, false, names, lists in [], brackets.
// Numbers are doubles; a % b has the sign of b. An immutable value; copies share it.
class Expression {
 public:
  struct Node;
  struct Name {
    std::string name;
    std::size_t offset;
  };

  // Throws ExpressionError.
  static Expression parse(std::string_view text);

  const std::string& text() const { return text_; }
  std::vector<Name> names() const;  // in the order of the text; a name as often as it stands there

  // Throws ExpressionError where an operator can never do with what it is given, or the whole is
  // neither true nor false. `kinds`: of each of names().
  void check(const std::function<ValueKinds(const std::string&)>& kinds) const;

  // The same with these names as constants.
  Expression with(const ParamSet& constants) const;

  // Empty where it depends on a name without a value, on a text where a number is needed, or on
  // what is no number, such as 1 / 0. `false and x` is false and `true or x` true, whatever x is.
  std::optional<bool> holds(const ParamSet& params) const;

 private:
  Expression(std::string text, std::shared_ptr<const Node> root)
      : text_(std::move(text)), root_(std::move(root)) {}

  std::string text_;
  std::shared_ptr<const Node> root_;
};

}  // namespace hpsearch::search

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "search/space/expression_node.h"

namespace hpsearch::search {
namespace {

constexpr int kMaxDepth = 50;  // nesting of parentheses and lists; bounds the parser's recursion

// Levels of the tree. A chain such as 1 + 1 + ... nests to the left, one level an operator, and
// evaluating, checking, copying and destroying the tree all recurse.
constexpr int kMaxHeight = 500;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '.';
}

// Operators from other languages, and what to write instead.
struct Foreign {
  std::string_view word;
  std::string_view instead;
};
constexpr std::array kForeign{Foreign{"&&", "and"}, Foreign{"||", "or"}, Foreign{"!", "not"},
                              Foreign{"=", "=="}};

// Recursive descent, one function per precedence level of the grammar:
//   any := all ("or" all)*           all := negation ("and" negation)*
//   negation := "not"* comparison    comparison := sum [operator sum]
//   sum := product (("+"|"-") product)*   product := sign (("*"|"/"|"%") sign)*
//   sign := "-"* operand             operand := "(" any ")" | list | literal | name
// Every failure carries the byte offset at which the parser stopped.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  NodePointer parse() {
    NodePointer whole = any();
    skip_space();
    if (at_ < text_.size()) {
      refuse_foreign();
      fail(at_, "expected an operator or the end of the expression");
    }
    return whole;
  }

 private:
  [[noreturn]] static void fail(std::size_t offset, const std::string& message) {
    throw ExpressionError(offset, message);
  }

  void refuse_foreign() const {
    for (const Foreign& foreign : kForeign) {
      if (text_.substr(at_).starts_with(foreign.word)) {
        fail(at_, fmt::format("write '{}' instead of '{}'", foreign.instead, foreign.word));
      }
    }
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) {
      ++at_;
    }
  }

  // Consumes `word` if it comes next. A word of letters must not run on into a longer name: "order"
  // does not begin with the operator `or`.
  bool take(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) {
      return false;
    }
    const std::size_t end = at_ + word.size();
    if (is_letter(word.front()) && end < text_.size() && is_word(text_[end])) {
      return false;
    }
    at_ = end;
    return true;
  }

  static NodePointer make(Operator op, std::size_t offset, std::vector<NodePointer> operands) {
    int height = 1;
    for (const NodePointer& operand : operands) {
      height = std::max(height, operand->height + 1);
    }
    if (height > kMaxHeight) {
      fail(offset, fmt::format("the expression has more than {} operators in a row; split it into "
                               "several expressions",
                               kMaxHeight));
    }
    return std::make_shared<const Expression::Node>(
        Expression::Node{op, offset, {}, {}, std::move(operands), height});
  }

  // Consumes one of `words`; returns the operator and its offset.
  std::optional<std::pair<Operator, std::size_t>> take_one(std::span<const OperatorWord> words) {
    for (const OperatorWord& word : words) {
      if (take(word.word)) {
        return std::pair(word.op, at_ - word.word.size());
      }
    }
    return std::nullopt;
  }

  NodePointer any() {
    if (++depth_ > kMaxDepth) {
      fail(at_, "the expression is nested too deeply");
    }
    NodePointer left = all();
    while (take("or")) {
      const std::size_t offset = at_ - 2;
      left = make(Operator::kOr, offset, {left, all()});
    }
    --depth_;
    return left;
  }

  NodePointer all() {
    NodePointer left = negation();
    while (take("and")) {
      const std::size_t offset = at_ - 3;
      left = make(Operator::kAnd, offset, {left, negation()});
    }
    return left;
  }

  NodePointer negation() {
    // Collected in a loop, so that a long chain of `not` cannot exhaust the stack.
    std::vector<std::size_t> nots;
    while (take("not")) {
      nots.push_back(at_ - 3);
    }
    NodePointer node = comparison();
    for (; !nots.empty(); nots.pop_back()) {
      node = make(Operator::kNot, nots.back(), {node});
    }
    return node;
  }

  NodePointer comparison() {
    NodePointer left = sum();
    NodePointer result = left;
    if (const auto found = take_one(kComparisons)) {
      result = make(found->first, found->second, {left, sum()});
    } else if (const std::size_t before = at_; take("not")) {
      const std::size_t offset = at_ - 3;
      // `not` after a sum is valid only as part of `not in`; otherwise backtrack.
      if (!take("in")) {
        at_ = before;
        return left;
      }
      result = make(Operator::kNot, offset, {make(Operator::kIn, offset, {left, sum()})});
    } else if (take("in")) {
      const std::size_t offset = at_ - 2;
      result = make(Operator::kIn, offset, {left, sum()});
    } else {
      return left;
    }
    // a < b < c would compare a boolean with c; reject it instead of surprising anyone.
    if (const auto second = take_one(kComparisons)) {
      fail(second->second, "comparisons cannot be chained; join two of them with 'and'");
    }
    return result;
  }

  NodePointer sum() {
    NodePointer left = product();
    while (const auto found = take_one(kSums)) {
      left = make(found->first, found->second, {left, product()});
    }
    return left;
  }

  NodePointer product() {
    NodePointer left = sign();
    while (const auto found = take_one(kProducts)) {
      left = make(found->first, found->second, {left, sign()});
    }
    return left;
  }

  NodePointer sign() {
    std::vector<std::size_t> signs;
    while (take("-")) {
      signs.push_back(at_ - 1);
    }
    NodePointer node = operand();
    for (; !signs.empty(); signs.pop_back()) {
      node = make(Operator::kNegate, signs.back(), {node});
    }
    return node;
  }

  NodePointer operand() {
    skip_space();
    const std::size_t begin = at_;
    if (at_ == text_.size()) {
      fail(at_, "the expression ends where a value is expected");
    }
    if (take("(")) {
      NodePointer inner = any();
      if (!take(")")) {
        refuse_foreign();
        fail(begin, "this '(' has no matching ')'");
      }
      return inner;
    }
    if (take("[")) {
      return list(begin);
    }
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      return constant(begin, quoted("string", "quote"));
    }
    if (c == '`') {
      std::string word = quoted("name", "backtick");
      if (word.empty()) {
        fail(begin, "expected a name between the backticks");
      }
      return name(begin, std::move(word));
    }
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      return constant(begin, number());
    }
    if (!is_letter(c)) {
      refuse_foreign();
      fail(at_, "expected a value: a number, a string in quotes or a parameter name");
    }
    while (at_ < text_.size() && is_word(text_[at_])) {
      ++at_;
    }
    const std::string word(text_.substr(begin, at_ - begin));
    if (word == "true" || word == "false") {
      return constant(begin, word == "true");
    }
    if (word == "and" || word == "or" || word == "not" || word == "in") {
      fail(begin, fmt::format("expected a value before '{}'", word));
    }
    return name(begin, word);
  }

  static NodePointer name(std::size_t offset, std::string word) {
    return std::make_shared<const Expression::Node>(
        Expression::Node{Operator::kName, offset, {}, std::move(word), {}});
  }

  static NodePointer constant(std::size_t offset, nn::Value value) {
    return std::make_shared<const Expression::Node>(
        Expression::Node{Operator::kConstant, offset, std::move(value), {}, {}});
  }

  NodePointer list(std::size_t begin) {
    std::vector<NodePointer> items;
    if (!take("]")) {
      do {
        items.push_back(any());
      } while (take(","));
      if (!take("]")) {
        refuse_foreign();
        fail(begin, "this '[' has no matching ']'");
      }
    }
    return make(Operator::kList, begin, std::move(items));
  }

  // Up to the next character like the first one.
  std::string quoted(std::string_view what, std::string_view mark) {
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == text_.npos) {
      fail(at_, fmt::format("this {} has no closing {}", what, mark));
    }
    std::string result(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return result;
  }

  nn::Value number() {
    std::int64_t whole = 0;
    double real = 0.0;
    const char* begin = text_.data() + at_;
    const char* end = text_.data() + text_.size();
    // An integer literal keeps its type: 3 stays an integer, 3.0 a real.
    const auto as_real = std::from_chars(begin, end, real);
    const auto as_whole = std::from_chars(begin, end, whole);
    if (as_real.ec != std::errc{} || (as_real.ptr != end && is_word(*as_real.ptr))) {
      fail(at_, "this is not a number");
    }
    at_ += static_cast<std::size_t>(as_real.ptr - begin);
    return as_whole.ec == std::errc{} && as_whole.ptr == as_real.ptr ? nn::Value(whole)
                                                                     : nn::Value(real);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Expression Expression::parse(std::string_view text) {
  return {std::string(text), Parser(text).parse()};
}

bool Expression::is_plain_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_word);
}

}  // namespace hpsearch::search

// Numbers as people write them: 1234.5, "1,234.5", "1.234,5", 1 234, $1,200, 71 %, (12), 5 kg.
// The same in every locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hpsearch::nn {

// How a column writes its numbers.
struct NumberStyle {
  char point = '.';   // '.' or ',': between whole numbers and decimals
  char group = '\0';  // ',', '.', ' ' or '\'' between thousands; '\0': none
  std::string unit;   // "$", "%", "kg"; empty: none

  bool is_plain() const { return point == '.' && group == '\0' && unit.empty(); }
  bool operator==(const NumberStyle&) const = default;
};

// The pairs of point and group that a text may be written in; bit i of Readings is style i. Style 0
// is the plain one.
inline constexpr std::size_t kStyles = 8;
using Readings = std::uint8_t;
NumberStyle number_style(std::size_t index);

struct NumberCell {
  Readings readings = 0;  // 0: no number
  std::string unit;
  bool infinite = false;  // beyond 1.8e308, or a word such as inf
};

// What a cell can be read as. A currency stands before or behind the digits, a unit behind them; a
// unit has letters, % or degree signs and no digits. Parentheses or a minus sign make it negative.
NumberCell inspect_number(std::string_view text);

// The readings of a number without any unit; 0 for every other text.
Readings number_readings(std::string_view text);

// A currency need not stand at every number of its column, while every other unit must.
bool is_currency(std::string_view unit);

// The number, infinite where no double holds it; nothing for a text that breaks the style.
std::optional<double> read_number(std::string_view text, const NumberStyle& style);

}  // namespace hpsearch::nn

// Numbers and texts as C99 writes them, and the parts that exported files have in common.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::reports {

// A literal that reads back exactly.
std::string c_number(double value);
std::string c_number(float value);

// In double quotes; whatever is not a plain ASCII character is an escape.
std::string c_quoted(std::string_view text);

// In single quotes.
std::string c_quoted(char c);

// For a comment: plain ASCII on one line that does not end it.
std::string c_comment(std::string_view text);

// `declaration` = {...}; over as many lines as it takes.
std::string c_array(std::string_view declaration, const std::vector<std::string>& items);

// The same for numbers, and for texts with a NULL behind them.
std::string c_numbers(std::string_view declaration, std::span<const double> values);
std::string c_numbers(std::string_view declaration, std::span<const float> values);
std::string c_list(std::string_view declaration, std::span<const std::string> texts);

// reports/assets/model/NAME.c, behind an empty line.
std::string c_part(std::string_view name);

}  // namespace hpsearch::reports

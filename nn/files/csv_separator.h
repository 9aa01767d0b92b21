// Which character separates the cells of a table of text?
#pragma once

#include <string_view>

namespace hpsearch::nn {

// ',', ';', tab, '|', or CsvReader::kBlanks. The first record decides between the first three: a
// tab if there is one; semicolons if there are more of them than commas, or if they separate
// nothing but numbers; else commas. Where that gives one cell a row, or rows of all lengths, and
// another separator gives the first 200 records one length of two cells and more, it is that one.
char find_separator(std::string_view text);

// "commas", for messages.
std::string_view name_of_separator(char separator);

}  // namespace hpsearch::nn

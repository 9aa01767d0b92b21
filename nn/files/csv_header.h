// Is the first line of a table of text a header or a row?
#pragma once

#include <string_view>

namespace hpsearch::nn {

enum class FirstLine {
  kRow,
  kHeader,
  kHeaderWithNumbers,  // a header, though some of its cells are numbers
  kHeaderOfPositions   // 0,1,2,...: what pandas writes where columns have no names
};

// `text`: the whole table. A line without any text is a row, unless it counts at least three cells
// from 0. A line that looks like the rows below it is one too: its numbers stand in columns of
// numbers (at least 9 of 10 values), and each of its texts occurs again in its column, which holds
// texts.
FirstLine judge_first_line(std::string_view text, char separator);

}  // namespace hpsearch::nn

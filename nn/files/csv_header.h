// Is the first line of a table of text a header or a row?
#pragma once

#include "nn/files/csv_reader.h"

namespace hpsearch::nn {

enum class FirstLine {
  kRow,
  kHeader,
  kHeaderWithNumbers  // a header, though some of its cells are numbers
};

// `reader` has read the first record. A line without any text is a row. So is one with numbers and
// texts that looks like the rows below it: its numbers stand in columns of numbers (at least 9 of
// 10 values), and each of its texts occurs in its column again. Only then is the file read a
// further time, from its beginning. Throws what CsvReader throws.
FirstLine judge_first_line(const CsvReader& reader);

}  // namespace hpsearch::nn

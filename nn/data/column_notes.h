// What the columns of a table became, in one sentence.
#pragma once

#include <string>
#include <vector>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

// "2 columns left out: 'Id' (whole numbers that count the rows), 'same' (every row has 3)"; empty:
// none is.
std::string left_out_note(const std::vector<ColumnReport>& columns);

}  // namespace hpsearch::nn

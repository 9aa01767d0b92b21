// Tables of text: CSV files with a header line or without.
//
// Whether the first line is a header is told by csv_header.h; columns without a header are named by
// their number from 0. What a cell says is told by cell_value.h.
#pragma once

#include <filesystem>

#include "nn/data/dataset.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// Reads `path`, and behind it the source's validation and test file where it has them. Numbers go
// straight into their columns; a file in which some column has both numbers and texts, and is not
// mostly numbers, is read twice. Throws DataError, with the place, for what CsvReader refuses, for
// a row of another length than the first, for names that are empty or there twice, for a table of
// one column or without rows, for an infinite number, a decimal comma, a text among numbers (at
// least 9 of 10), and for further files with other columns.
Table read_csv_table(const std::filesystem::path& path, const DatasetSource& source);

}  // namespace hpsearch::nn

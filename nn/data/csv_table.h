// Tables of text: CSV files and their kin, with a header line or without.
//
// Columns without a header are named by their number from 0. A column without a name in the header
// is called "Unnamed: N", as pandas has it; of two columns with one name the later is "name.1".
#pragma once

#include <filesystem>

#include "nn/data/dataset.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// Reads `path`, and behind it the source's validation and test file where it has them. Takes memory
// for the text and 16 bytes a cell. Throws DataError, with the places, for what read_table_text
// refuses, for records with a fault and rows of another length than the first (all of them at
// once), for a table of one column or without rows, and for further files with other columns.
Table read_csv_table(const std::filesystem::path& path, const DatasetSource& source);

}  // namespace hpsearch::nn

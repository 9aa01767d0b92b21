// The records of a piece of text as the rows of a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "nn/data/table_stream.h"
#include "nn/files/table_text.h"

namespace hpsearch::nn {

// What the records of a table have in common.
struct RecordForm {
  std::filesystem::path path;
  char separator = ',';
  std::size_t columns = 0;
  std::size_t fewest = 0;  // cells of a record: a header that ends with separators names too many
  std::vector<std::size_t> selected;  // columns that are wanted, in the chunk's order
};

// What was made of a text: whole lines, none if no record is whole.
struct SplitText {
  std::size_t bytes = 0;
  std::uint64_t lines = 0;
};

// Adds the records of the text to the chunk, whose table has form.selected.size() columns and no
// rows. A record that reaches the end of the text is not whole unless `last`. `lines`: before the
// text, for places. The same as CsvReader makes of them, faster where no cell is quoted.
SplitText split_records(const std::shared_ptr<const TableText>& text,
                        std::uint64_t lines,
                        const RecordForm& form,
                        bool last,
                        TableChunk& chunk);

// Line ends in the text; CRLF is one.
std::uint64_t count_lines(std::string_view text);

}  // namespace hpsearch::nn

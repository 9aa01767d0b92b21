// Files that people try as tables but that are something else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hpsearch::nn {

struct ForeignFormat {
  std::string fault;   // "is an Excel workbook"
  std::string remedy;  // what to do, with the command where there is one
};

// Recognised by the first bytes (about 300 are enough). `file`: the name for the command. Absent:
// none that is known, which may well be a table of text.
std::optional<ForeignFormat> find_foreign_format(std::string_view first_bytes,
                                                 const std::string& file);

// Of a zip archive, by the names of its entries; absent for one that holds other files.
std::optional<ForeignFormat> find_zipped_format(std::string_view entry_name,
                                                const std::string& file);

}  // namespace hpsearch::nn

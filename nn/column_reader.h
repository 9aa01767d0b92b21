// Collects the cells of one column of a table of text, and decides what the column is.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nn/csv_reader.h"
#include "nn/table.h"

namespace hpsearch::nn {

// kFeature: texts beyond kMaximumLevels are not kept. kRole: every value is (target, order).
// kGroup: likewise, and a text among numbers is nothing to wonder at.
enum class ColumnUse { kFeature, kRole, kGroup };

class ColumnReader {
 public:
  // as_text: numbers are texts as well.
  ColumnReader(std::string name, ColumnUse use, bool as_text);

  // `cell` belongs to the record that `reader` has just read.
  void add(const CsvCell& cell, const CsvReader& reader);

  // True if the column has texts and numbers, so that it must be read again as text. Throws
  // DataError if it is a column of numbers with a few cells that are none.
  bool must_be_text() const;

  // The column. Requires that it need not be read again.
  TableColumn take();

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void add_text(std::string_view text);
  void add_missing();
  std::size_t present() const { return numbers_ + texts_ + too_large_ + commas_; }

  TableColumn column_;
  ColumnUse use_;
  bool as_text_;
  std::size_t rows_ = 0;
  std::size_t numbers_ = 0;
  std::size_t texts_ = 0;
  std::size_t too_large_ = 0;
  std::size_t commas_ = 0;
  std::optional<CellPlace> first_too_large_;
  std::optional<CellPlace> first_comma_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> codes_;
  std::uint32_t last_code_ = kNoLevel;  // rows next to each other are often alike
};

}  // namespace hpsearch::nn

// Collects the cells of one column of a table of text, and decides what the column is.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nn/data/table.h"
#include "nn/files/csv_reader.h"

namespace hpsearch::nn {

// kFeature: texts beyond kMaximumLevels are not kept. kTarget: every value is. kOrder: likewise,
// and texts are dates. kGroup: likewise, and a text among numbers is nothing to wonder at.
enum class ColumnUse { kFeature, kTarget, kOrder, kGroup };

class ColumnReader {
 public:
  // as_text: numbers are texts as well.
  ColumnReader(std::string name, ColumnUse use, bool as_text);

  // `cell` belongs to the record that `reader` has just read.
  void add(const CsvCell& cell, const CsvReader& reader);

  // True if the column has texts and numbers, so that it must be read again as text. Throws
  // DataError if it is a column of numbers with a few cells that are none.
  bool must_be_text() const;

  // What a user should hear of a column that mixes numbers and texts; absent: it does not, or it is
  // a group, where that is nothing to wonder at.
  std::optional<std::string> note() const;

  // The column. Requires that it need not be read again.
  TableColumn take();

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void add_text(const CsvCell& cell, const CsvReader& reader);
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
  std::string date_form_;  // of the first date
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> codes_;
  std::uint32_t last_code_ = kNoLevel;  // rows next to each other are often alike
};

}  // namespace hpsearch::nn

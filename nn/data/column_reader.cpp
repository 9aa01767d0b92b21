#include "nn/data/column_reader.h"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "nn/base/iso_date.h"
#include "nn/base/utf8.h"
#include "nn/files/cell_value.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

// From so many numbers in 10 values on, a text is taken for a mistake.
constexpr std::size_t kMostlyNumbers = 9;

void remember(std::optional<CellPlace>& first, const CsvCell& cell, const CsvReader& reader) {
  if (!first) {
    first = CellPlace{to_text(reader.path(), reader.place_of(cell)), std::string(cell.text)};
  }
}

template <typename T>
void release(std::vector<T>& values) {
  std::vector<T>().swap(values);
}

}  // namespace

ColumnReader::ColumnReader(std::string name, ColumnUse use, bool as_text)
    : use_(use), as_text_(as_text) {
  column_.name = std::move(name);
}

void ColumnReader::add(const CsvCell& cell, const CsvReader& reader) {
  const CellValue value = read_cell(cell.text);
  switch (value.kind) {
    case CellValue::Kind::kMissing:
      remember(column_.first_missing, cell, reader);
      add_missing();
      break;
    case CellValue::Kind::kNumber:
      ++numbers_;
      if (as_text_) {
        add_text(cell, reader);
      } else if (texts_ == 0) {
        column_.numbers.push_back(value.number);
        if (std::abs(value.number) > std::numeric_limits<float>::max()) {
          remember(column_.first_beyond_float, cell, reader);
        }
      }
      break;
    case CellValue::Kind::kTooLarge:
      ++too_large_;
      remember(first_too_large_, cell, reader);
      if (as_text_) {
        add_text(cell, reader);
      }
      break;
    case CellValue::Kind::kDecimalComma:
      ++commas_;
      remember(first_comma_, cell, reader);
      if (as_text_) {
        add_text(cell, reader);
      }
      break;
    case CellValue::Kind::kText:
      if (texts_ == 0) {
        remember(column_.first_text, cell, reader);
        if (!as_text_) {
          release(column_.numbers);  // it will be a text column or an error
          column_.codes.assign(rows_, kNoLevel);
        }
      }
      ++texts_;
      add_text(cell, reader);
      break;
  }
  ++rows_;
}

void ColumnReader::add_missing() {
  ++column_.missing;
  if (as_text_ || texts_ > 0) {
    if (!column_.too_many_levels) {
      column_.codes.push_back(kNoLevel);
    }
  } else {
    column_.numbers.push_back(std::numeric_limits<double>::quiet_NaN());
  }
}

void ColumnReader::add_text(const CsvCell& cell, const CsvReader& reader) {
  const std::string_view text = cell.text;
  if (column_.too_many_levels) {
    return;
  }
  if (last_code_ == kNoLevel || column_.levels[last_code_] != text) {
    const auto known = codes_.find(text);
    if (known != codes_.end()) {
      last_code_ = known->second;
    } else if (use_ == ColumnUse::kFeature && column_.levels.size() == kMaximumLevels) {
      column_.too_many_levels = true;
      release(column_.codes);
      release(column_.levels);
      codes_.clear();
      return;
    } else {
      last_code_ = static_cast<std::uint32_t>(column_.levels.size());
      column_.levels.emplace_back(text);
      codes_.emplace(text, last_code_);
      if (use_ == ColumnUse::kOrder) {
        const std::optional<std::string> form = iso_date_form(text);
        date_form_ = last_code_ == 0 ? form.value_or("") : date_form_;
        if (!form || *form != date_form_) {
          remember(column_.first_other_date, cell, reader);
        }
      }
    }
  }
  column_.codes.push_back(last_code_);
}

bool ColumnReader::must_be_text() const {
  if (as_text_) {
    return false;
  }
  const std::string name = in_quotes(column_.name);
  if (texts_ > 0) {
    if (use_ != ColumnUse::kGroup && numbers_ * 10 >= present() * kMostlyNumbers) {
      throw DataError(column_.first_text->place,
                      fmt::format("{} in column {}, where {} of {} values are numbers",
                                  in_quotes(column_.first_text->text), name, numbers_, present()),
                      fmt::format("write a number, or {} if the value is missing", kMissingWords));
    }
    return !column_.too_many_levels && present() > texts_;
  }
  if (commas_ > 0) {
    throw DataError(
        first_comma_->place,
        fmt::format("{} in column {} has a decimal comma", in_quotes(first_comma_->text), name),
        "write numbers with a decimal point, such as 1.5");
  }
  if (too_large_ > 0) {
    throw DataError(
        first_too_large_->place,
        fmt::format("{} in column {} is no finite number", in_quotes(first_too_large_->text), name),
        fmt::format("write a number, or {} if the value is missing", kMissingWords));
  }
  return false;
}

std::optional<std::string> ColumnReader::note() const {
  if (use_ == ColumnUse::kGroup || numbers_ == 0 || texts_ == 0) {
    return std::nullopt;
  }
  return fmt::format(
      "column {} is taken for texts, though {} of its {} values {}; its first text is {} at {}",
      in_quotes(column_.name), numbers_, present(), numbers_ == 1 ? "is a number" : "are numbers",
      in_quotes(column_.first_text->text), column_.first_text->place);
}

TableColumn ColumnReader::take() {
  return std::move(column_);
}

}  // namespace hpsearch::nn

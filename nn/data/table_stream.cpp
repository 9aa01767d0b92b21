#include "nn/data/table_stream.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/column_names.h"
#include "nn/data/csv_places.h"
#include "nn/data/record_splitter.h"
#include "nn/files/csv_header.h"
#include "nn/files/csv_reader.h"
#include "nn/files/csv_separator.h"
#include "nn/files/data_error.h"
#include "nn/files/table_text.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kSampledRows = 200;

// Are these the numbers that a table without a header has?
bool are_positions(const std::vector<std::string>& names) {
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (names[c] != std::to_string(c)) {
      return false;
    }
  }
  return true;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void TableChunk::clear() {
  table.rows = 0;
  table.texts.clear();
  table.unescaped.clear();
  faults.clear();
  bad_rows = 0;
}

struct TableStream::Impl {
  Impl(const std::filesystem::path& path, const ReadingRules& reading, std::size_t piece_bytes)
      : pieces(path, reading.encoding, piece_bytes), rules(reading) {}

  // Reads the beginning and the first record.
  void begin(const std::vector<std::string>& known, const Sizes& sizes) {
    while (text.size() < sizes.head_bytes && pieces.read(text)) {
    }
    const AnnouncedSeparator announced = announced_separator(text);
    at = announced.end;
    lines = count_lines(std::string_view(text).substr(0, at));
    const std::string_view rows = std::string_view(text).substr(at);
    separator = rules.separator != '\0'       ? rules.separator
                : announced.separator != '\0' ? announced.separator
                                              : find_separator(rows);
    CsvReader reader(text, separator, at);
    if (!reader.next()) {
      throw DataError(pieces.name().string(), "the file is empty", "give a table with rows");
    }
    if (reader.fault()) {
      throw DataError(pieces.name(), reader.place_at(reader.fault()->offset), reader.fault()->fault,
                      reader.fault()->remedy);
    }
    header = is_header(reader, known, rows);
    if (header) {
      ColumnNames named = name_columns(reader.cells(), has_row_names(reader, rows, separator),
                                       pieces.name().filename().string());
      columns = std::move(named.names);
      fewest_cells = columns.size() - nameless_at_end(named.nameless, columns.size());
      take(reader.record_end());
    } else {
      const std::size_t count = reader.cells().size() - empty_at_end(rows);
      for (std::size_t c = 0; c < count; ++c) {
        columns.push_back(std::to_string(c));
      }
      fewest_cells = count;
    }
  }

  bool is_header(const CsvReader& reader,
                 const std::vector<std::string>& known,
                 std::string_view rows) const {
    const std::vector<CsvCell>& cells = reader.cells();
    if (!are_positions(known) && std::any_of(cells.begin(), cells.end(), [&](const CsvCell& cell) {
          return !cell.text.empty() && holds(known, cell.text);
        })) {
      return true;
    }
    return rules.header ? *rules.header : judge_first_line(rows, separator) != FirstLine::kRow;
  }

  // Of a table without a header: how many of the last columns are what separators at the end of
  // every line make, as far as its beginning shows.
  std::size_t empty_at_end(std::string_view rows) const {
    CsvReader reader(rows, separator);
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (std::size_t row = 0; row < kSampledRows && reader.next(); ++row) {
      const std::vector<CsvCell>& cells = reader.cells();
      if (!is_blank(cells)) {
        const auto filled = std::find_if_not(cells.rbegin(), cells.rend(), is_empty);
        fewest = std::min(fewest, static_cast<std::size_t>(filled - cells.rbegin()));
      }
    }
    return fewest == std::numeric_limits<std::size_t>::max() ? 0 : fewest;
  }

  // Moves on behind the line that ends at `end`.
  void take(std::size_t end) {
    std::size_t next = end;
    if (next < text.size()) {
      next += std::string_view(text).substr(next, 2) == "\r\n" ? 2U : 1U;
    }
    lines += count_lines(std::string_view(text).substr(at, next - at));
    at = next;
  }

  TextPieces pieces;
  ReadingRules rules;
  char separator = ',';
  bool header = false;
  std::size_t fewest_cells = 0;  // of a record
  std::vector<std::string> columns;
  std::vector<Selected> selected;
  std::string text;  // what is not yet delivered begins at `at`
  std::size_t at = 0;
  std::uint64_t lines = 0;  // before that
  bool ended = false;       // by a record that nothing can be read behind
};

TableStream::TableStream(const std::filesystem::path& path,
                         const ReadingRules& rules,
                         const std::vector<std::string>& known,
                         const Sizes& sizes)
    : impl_(std::make_unique<Impl>(path, rules, sizes.piece_bytes)) {
  impl_->begin(known, sizes);
}

TableStream::~TableStream() = default;

const std::vector<std::string>& TableStream::columns() const {
  return impl_->columns;
}

bool TableStream::has_names() const {
  return impl_->header;
}

std::string TableStream::name() const {
  return impl_->pieces.name().string();
}

void TableStream::select(std::vector<Selected> selected) {
  impl_->selected = std::move(selected);
}

bool TableStream::next(TableChunk& chunk) {
  Impl& s = *impl_;
  chunk.clear();
  chunk.table.rules = s.rules;
  chunk.table.columns.resize(s.selected.size());
  RecordForm form{.path = s.pieces.name(),
                  .separator = s.separator,
                  .columns = s.columns.size(),
                  .fewest = s.fewest_cells,
                  .selected = {}};
  for (std::size_t i = 0; i < s.selected.size(); ++i) {
    chunk.table.columns[i].name = s.selected[i].name;
    form.selected.push_back(s.selected[i].column);
  }
  chunk.table.files = {{s.pieces.name(), 0, ""}};
  while (!s.ended) {
    if (s.at == s.text.size()) {
      s.text.clear();
      s.at = 0;
      if (!s.pieces.read(s.text)) {
        return false;
      }
    }
    auto text = std::make_shared<TableText>();
    text->text = s.at == 0 ? std::move(s.text) : s.text.substr(s.at);
    s.at = 0;
    SplitText split = split_records(text, s.lines, form, false, chunk);
    if (split.bytes == 0) {
      // A record goes on behind the piece.
      s.text = text->text;
      if (s.text.size() <= CsvReader::kMaximumRecordBytes && s.pieces.read(s.text)) {
        continue;
      }
      split = split_records(text, s.lines, form, true, chunk);
      split.bytes = text->text.size();
      s.ended = true;
    }
    s.lines += split.lines;
    s.text = text->text.substr(split.bytes);
    if (chunk.table.rows > 0 || chunk.bad_rows > 0) {
      return true;
    }
  }
  return false;
}

ColumnFinder::ColumnFinder(const TableSource& source,
                           std::vector<std::string> table_columns,
                           std::vector<std::string> targets)
    : source_(source),
      columns_(std::move(table_columns)),
      by_name_(source.has_names() && !are_positions(columns_)) {
  std::vector<std::string> others = columns_;
  std::erase_if(others, [&](const std::string& name) { return holds(targets, name); });
  if (source.columns().size() == others.size()) {
    columns_ = std::move(others);
  }
}

std::optional<std::size_t> ColumnFinder::find(const std::string& name) const {
  const std::vector<std::string>& there = by_name_ ? source_.columns() : columns_;
  const auto found = std::find(there.begin(), there.end(), name);
  const auto column = static_cast<std::size_t>(found - there.begin());
  return column < source_.columns().size() && found != there.end() ? std::optional(column)
                                                                   : std::nullopt;
}

std::size_t ColumnFinder::require(const std::string& name) const {
  if (const auto column = find(name)) {
    return *column;
  }
  const std::vector<std::string>& there = source_.columns();
  if (!by_name_) {
    throw DataError(
        source_.name(),
        fmt::format("column {} of the {} that the model was trained on is not there: the table has "
                    "{} columns",
                    in_quotes(name), columns_.size(), there.size()),
        "give the columns in the order of the training table, or with a header line");
  }
  std::string list;
  for (std::size_t i = 0; i < std::min(there.size(), kNamesShown); ++i) {
    list += (i == 0 ? "" : ", ") + in_quotes(there[i]);
  }
  throw DataError(
      source_.name(),
      fmt::format("there is no column {}, which the model was trained on", in_quotes(name)),
      fmt::format("add it (empty cells are missing values); the columns are {}{}", list,
                  there.size() > kNamesShown ? ", ..." : ""));
}

}  // namespace hpsearch::nn

#include "nn/data/array_dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/table_dataset.h"
#include "nn/data/table_target.h"
#include "nn/files/data_error.h"
#include "nn/files/npy.h"
#include "nn/files/zip_archive.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".npy";

struct PairNames {
  std::string_view x;
  std::string_view y;
  std::string_view test_x;  // empty: such a pair has no test part
  std::string_view test_y;
};
constexpr std::array kPairs{
    PairNames{"x_train", "y_train", "x_test", "y_test"},
    PairNames{"X_train", "y_train", "X_test", "y_test"},
    PairNames{"X", "y", "", ""},
    PairNames{"x", "y", "", ""},
    PairNames{"features", "target", "", ""},
    PairNames{"data", "target", "", ""},
    PairNames{"images", "labels", "", ""},
};

using Shape = std::vector<std::uint64_t>;

struct Part {
  NpyArray x;
  NpyArray y;
};

[[noreturn]] void fail(const fs::path& path,
                       std::string_view array,
                       std::string_view fault,
                       std::string_view remedy) {
  throw DataError(fmt::format("{}: {}", path.string(), in_quotes(array)), fault, remedy);
}

void refuse_further_files(const DatasetSource& source, const fs::path& path) {
  if (!source.validation_file.empty() || !source.test_file.empty()) {
    throw DataError(path.string(), "a further file goes with a table of text, not with arrays",
                    "write a number of rows or a fraction");
  }
}

// Adds the rows of an array to columns, which are made where there are none yet.
void add_rows(std::vector<TableColumn>& columns, const NpyArray& array) {
  const std::uint64_t rows = array.shape[0];
  const std::uint64_t count = array.size() / rows;
  for (std::uint64_t c = 0; c < count; ++c) {
    if (c == columns.size()) {
      columns.push_back({.name = std::to_string(c)});
    }
    columns[c].numbers.reserve(columns[c].numbers.size() + rows);
    for (std::uint64_t row = 0; row < rows; ++row) {
      columns[c].numbers.push_back(array.value(row * count + c));
    }
  }
}

// How many values a target array has for each row: 1 for a shape of (rows) or (rows, 1).
std::uint64_t values_of_row(const Shape& y) {
  return y.size() == 1 ? 1 : y[1];
}

// Adds the rows of a target array to its columns, as many as a row has values.
void add_targets(std::vector<TableColumn>& columns, const NpyArray& array) {
  const std::uint64_t count = columns.size();
  for (std::uint64_t i = 0; i < array.size(); ++i) {
    columns[i % count].numbers.push_back(array.value(i));
  }
}

// The array of features and the one of targets of a part, and its first row in the table.
struct ArrayPart {
  std::string x;
  std::string y;
  std::size_t first_row = 0;
};

// Names a value's place by its array. `features`: how many columns stand before the targets.
Table::Places places_in(std::vector<ArrayPart> parts, std::size_t features, std::size_t targets) {
  return [parts = std::move(parts), features, targets](const auto& rows_and_columns) {
    std::vector<std::string> places;
    for (const auto& [row, column] : rows_and_columns) {
      std::size_t part = parts.size() - 1;
      while (row < parts[part].first_row) {
        --part;
      }
      const bool target = column >= features;
      const std::string in_row = fmt::format("{}: row {}", target ? parts[part].y : parts[part].x,
                                             row - parts[part].first_row);
      places.push_back(target && targets == 1 ? in_row
                                              : fmt::format("{}, column {}", in_row,
                                                            target ? column - features : column));
    }
    return places;
  };
}

// "y", or "y[0]", "y[1]" and so on.
std::vector<TableColumn> name_targets(std::string_view array, std::uint64_t count) {
  std::vector<TableColumn> columns;
  for (std::uint64_t c = 0; c < count; ++c) {
    columns.push_back({.name = count == 1 ? std::string(array) : fmt::format("{}[{}]", array, c)});
  }
  return columns;
}

// A sweep file may name the array of targets, or all of its columns.
void check_target(const DatasetSource& source,
                  std::string_view array,
                  const std::vector<TableColumn>& targets,
                  const fs::path& path) {
  if (!source.target ||
      (source.further_targets.empty() && *source.target == ColumnKey(std::string(array)))) {
    return;
  }
  std::vector<ColumnKey> named{*source.target};
  named.insert(named.end(), source.further_targets.begin(), source.further_targets.end());
  const bool all = std::equal(named.begin(), named.end(), targets.begin(), targets.end(),
                              [](const ColumnKey& key, const TableColumn& target) {
                                return key == ColumnKey(target.name);
                              });
  if (!all) {
    throw DataError(path.string(),
                    fmt::format("the target of this .npz file is its array {}", in_quotes(array)),
                    "leave `target` out");
  }
}

void note_targets(Dataset& dataset, std::string_view array) {
  if (dataset.outputs > 1) {
    dataset.notes.push_back(
        fmt::format("{} has {} values a row, so this is a regression with {} targets; if they mark "
                    "classes by 0 and 1, save {}.argmax(axis=1) instead",
                    in_quotes(array), dataset.outputs, dataset.outputs, array));
  }
}

// The archive's arrays by their names, without .npy.
class Arrays {
 public:
  explicit Arrays(const fs::path& path) : path_(path), archive_(path) {}

  const ZipEntry* find(std::string_view name) const {
    for (const ZipEntry& entry : archive_.entries()) {
      if (entry.name.size() == name.size() + kEnding.size() && entry.name.starts_with(name) &&
          entry.name.ends_with(kEnding)) {
        return &entry;
      }
    }
    return nullptr;
  }

  NpyArray read(std::string_view name) const {
    const auto reader = archive_.open(*find(name));
    return read_npy(source_of(*reader, find(name)->bytes));
  }

  Shape shape(std::string_view name) const {
    const auto reader = archive_.open(*find(name));
    return read_npy_shape(source_of(*reader, 0));
  }

  // By the headers alone: the values may be many, and errors should come before they are unpacked.
  void check_part(std::string_view x_name, std::string_view y_name) const {
    const Shape x = shape(x_name);
    const Shape y = shape(y_name);
    if (x.size() < 2 || std::find(x.begin(), x.end(), 0U) != x.end()) {
      fail(path_, x_name,
           fmt::format("an array of {}, but rows of features need two sizes", shape_text(x)),
           "give at least one row of at least one feature");
    }
    const bool values_a_row = y.size() == 1 || (y.size() == 2 && y[1] > 0);
    if (!values_a_row || y[0] != x[0]) {
      fail(
          path_, y_name,
          fmt::format("an array of {}, but {} has {} rows", shape_text(y), in_quotes(x_name), x[0]),
          "give one value for each row");
    }
  }

  PairNames find_pair() const {
    std::string names;
    for (const PairNames& pair : kPairs) {
      if (find(pair.x) != nullptr && find(pair.y) != nullptr) {
        return pair;
      }
    }
    for (const ZipEntry& entry : archive_.entries()) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", in_quotes(entry.name));
    }
    throw DataError(path_.string(),
                    fmt::format("no pair of arrays whose names are known; it holds {}",
                                names.empty() ? "nothing" : names),
                    "call them X and y, or x_train, y_train, x_test and y_test");
  }

  FileChecksum checksum() const {
    FileChecksum checksum = archive_.checksum();
    checksum.role = "source";
    return checksum;
  }

 private:
  static NpySource source_of(ZipEntryReader& reader, std::uint64_t likely_bytes) {
    NpySource source;
    source.read = [&](std::span<std::uint8_t> out) { return reader.read(out); };
    source.fail = [&](std::uint64_t offset, std::string_view fault, std::string_view remedy) {
      reader.fail(offset, fault, remedy);
    };
    source.likely_bytes = likely_bytes;
    return source;
  }

  fs::path path_;
  ZipArchive archive_;
};

bool same_row_shape(const Shape& a, const Shape& b) {
  return std::equal(a.begin() + 1, a.end(), b.begin() + 1, b.end());
}

Dataset encode_bytes(const DatasetSource& source, std::vector<Part> parts, Table targets) {
  Dataset dataset;
  dataset.name = source.source;
  dataset.rows = targets.rows;
  const std::vector<std::uint64_t> shape = parts[0].x.shape;
  if (shape.size() == 3) {
    dataset.image = {static_cast<std::uint32_t>(shape[1]), static_cast<std::uint32_t>(shape[2])};
  }
  dataset.features = std::move(parts[0].x.bytes);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    dataset.features.insert(dataset.features.end(), parts[i].x.bytes.begin(),
                            parts[i].x.bytes.end());
    dataset.own_test_rows = parts[i].x.shape[0];
  }
  dataset.columns = dataset.features.size() / dataset.rows;
  encode_targets(targets, source, dataset);
  return dataset;
}

}  // namespace

Dataset load_npy(const DatasetSource& source, const fs::path& path) {
  refuse_further_files(source, path);
  InputFile file(path);
  NpySource npy;
  npy.read = [&](std::span<std::uint8_t> out) { return file.read(out); };
  npy.fail = [&](std::uint64_t offset, std::string_view fault, std::string_view remedy) {
    file.fail(offset, fault, remedy);
  };
  npy.likely_bytes = 8 * file.bytes_on_disk();
  const NpyArray array = read_npy(npy);
  if (array.shape.size() != 2 || array.shape[1] < 2 || array.shape[0] == 0) {
    throw DataError(path.string(),
                    fmt::format("an array of {}, but a table has rows and at least two columns",
                                array.shape_text()),
                    "save X and y together with numpy.savez");
  }
  if (array.shape[0] > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(path.string(), fmt::format("{} rows", array.shape[0]),
                    "give fewer than 4294967296");
  }
  Table table;
  table.rows = array.shape[0];
  table.rules = source.rules;
  add_rows(table.columns, array);
  std::vector<std::string> names;
  std::transform(table.columns.begin(), table.columns.end(), std::back_inserter(names),
                 [](const TableColumn& column) { return column.name; });
  table.roles = find_roles(names, source, path.string());
  table.files.push_back(file.checksum());
  table.files.back().role = "source";
  table.places = places_in({{path.string(), path.string(), 0}}, table.columns.size(), 0);
  return dataset_of_table(std::move(table), source);
}

Dataset load_npz(const DatasetSource& source, const fs::path& path) {
  refuse_further_files(source, path);
  if (source.group || source.order) {
    throw DataError(path.string(), "the arrays of an .npz file have no columns with names",
                    "leave `group` and `order` out");
  }
  const Arrays arrays(path);
  const PairNames names = arrays.find_pair();
  const bool has_test = !names.test_x.empty() && arrays.find(names.test_x) != nullptr &&
                        arrays.find(names.test_y) != nullptr;
  const auto refuse_test = [&](std::string_view test, std::string_view train) {
    fail(path, test,
         fmt::format("an array of {}, but {} is one of {}", shape_text(arrays.shape(test)),
                     in_quotes(train), shape_text(arrays.shape(train))),
         "give both the same shape of a row and the same type");
  };
  arrays.check_part(names.x, names.y);
  if (has_test) {
    arrays.check_part(names.test_x, names.test_y);
    if (!same_row_shape(arrays.shape(names.x), arrays.shape(names.test_x))) {
      refuse_test(names.test_x, names.x);
    }
    if (values_of_row(arrays.shape(names.y)) != values_of_row(arrays.shape(names.test_y))) {
      refuse_test(names.test_y, names.y);
    }
  }
  std::vector<Part> parts;
  parts.push_back({arrays.read(names.x), arrays.read(names.y)});
  if (has_test) {
    parts.push_back({arrays.read(names.test_x), arrays.read(names.test_y)});
    if (parts[0].x.is_bytes() != parts[1].x.is_bytes()) {
      refuse_test(names.test_x, names.x);
    }
  }
  Table table;
  std::vector<TableColumn> targets = name_targets(names.y, values_of_row(parts[0].y.shape));
  check_target(source, names.y, targets, path);
  std::vector<ArrayPart> places;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto place = [&](std::string_view array) {
      return fmt::format("{}: {}", path.string(), in_quotes(array));
    };
    places.push_back({place(i == 0 ? names.x : names.test_x),
                      place(i == 0 ? names.y : names.test_y), targets.front().numbers.size()});
    add_targets(targets, parts[i].y);
  }
  table.rows = targets.front().numbers.size();
  if (table.rows > std::numeric_limits<std::uint32_t>::max()) {
    fail(path, names.x, fmt::format("{} rows", table.rows), "give fewer than 4294967296");
  }
  table.files.push_back(arrays.checksum());
  table.rules = source.rules;
  DatasetSource named = source;
  named.target = "y";  // not the last column of a table, which would be a guess
  const bool bytes = parts[0].x.is_bytes();
  for (std::size_t i = 0; i < parts.size() && !bytes; ++i) {
    add_rows(table.columns, parts[i].x);
  }
  table.places = places_in(std::move(places), table.columns.size(), targets.size());
  table.roles.target = table.columns.size();
  for (TableColumn& target : targets) {
    if (table.columns.size() > table.roles.target) {
      table.roles.further_targets.push_back(table.columns.size());
    }
    table.columns.push_back(std::move(target));
  }
  Dataset dataset;
  if (bytes) {
    dataset = encode_bytes(named, std::move(parts), std::move(table));
    dataset.files.push_back(arrays.checksum());
  } else {
    table.own_test_rows = parts.size() > 1 ? parts[1].x.shape[0] : 0;
    parts.clear();
    dataset = dataset_of_table(std::move(table), named);
  }
  note_targets(dataset, names.y);
  return dataset;
}

}  // namespace hpsearch::nn

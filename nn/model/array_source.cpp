#include "nn/model/array_source.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/idx_folder.h"
#include "nn/files/data_error.h"
#include "nn/files/idx.h"
#include "nn/files/zip_archive.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

// Names of features and targets in .npz files, in the order of preference.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kPairs{
    {{"x_test", "y_test"},
     {"X_test", "y_test"},
     {"x_train", "y_train"},
     {"X_train", "y_train"},
     {"X", "y"},
     {"x", "y"},
     {"features", "target"},
     {"data", "target"},
     {"images", "labels"}}};

NpyArray bytes_array(std::uint64_t rows, std::vector<std::uint8_t> values) {
  const std::uint64_t columns = rows == 0 ? 0 : values.size() / rows;
  return {.type = NpyArray::Type::kUnsigned,
          .item_bytes = 1,
          .shape = {rows, columns},
          .bytes = std::move(values)};
}

// The class names of a model decide what its labels are, so they come as numbers.
std::vector<double> numbers_of(const NpyArray& array) {
  std::vector<double> values(array.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = array.value(i);
  }
  return values;
}

// `reader`: an InputFile or a ZipEntryReader, which lives as long as the source.
template <class Reader>
NpySource source_of(std::shared_ptr<Reader> reader, std::uint64_t likely_bytes) {
  NpySource source;
  source.read = [reader](std::span<std::uint8_t> out) { return reader->read(out); };
  source.fail = [reader](std::uint64_t offset, std::string_view fault, std::string_view remedy) {
    reader->fail(offset, fault, remedy);
  };
  source.likely_bytes = likely_bytes;
  return source;
}

Arrays arrays_of(const fs::path& path, NpySource source) {
  auto rows = std::make_shared<NpyRows>(std::move(source));
  return {.path = path,
          .shape = rows->shape(),
          .is_bytes = rows->has_bytes(),
          .next = [rows](std::uint64_t count) { return rows->next(count); }};
}

Arrays open_npy(const fs::path& path) {
  const std::shared_ptr<InputFile> file = InputFile::without_checksum(path);
  const std::uint64_t likely = 8 * file->bytes_on_disk();
  return arrays_of(path, source_of(file, likely));
}

NpySource open_entry(const ZipArchive& archive, const ZipEntry& entry) {
  return source_of(std::shared_ptr<ZipEntryReader>(archive.open(entry)), entry.bytes);
}

Arrays open_npz(const fs::path& path, const ZipArchive& archive, bool targets) {
  const auto find = [&](std::string_view name) -> const ZipEntry* {
    for (const ZipEntry& entry : archive.entries()) {
      if (entry.name == fmt::format("{}.npy", name)) {
        return &entry;
      }
    }
    return nullptr;
  };
  for (const auto& [x, y] : kPairs) {
    const ZipEntry* features = find(x);
    const ZipEntry* target = find(y);
    if (features == nullptr || (targets && target == nullptr)) {
      continue;
    }
    Arrays arrays = arrays_of(path, open_entry(archive, *features));
    if (targets) {
      const NpyArray values = read_npy(open_entry(archive, *target));
      arrays.y = numbers_of(values);
      arrays.y_columns = values.shape.size() > 1 ? values.shape[1] : 1;
      if (arrays.y_columns == 0 || arrays.y.size() != arrays.rows() * arrays.y_columns) {
        throw DataError(fmt::format("{}: {}", path.string(), in_quotes(y)),
                        fmt::format("an array of {}, but {} has {} rows", values.shape_text(),
                                    in_quotes(x), arrays.rows()),
                        "give one value for each row");
      }
    }
    return arrays;
  }
  if (!targets && archive.entries().size() == 1) {
    return arrays_of(path, open_entry(archive, archive.entries().front()));
  }
  throw DataError(path.string(), "no array whose name is known",
                  targets ? "call them X and y, or x_test and y_test" : "call it X or x_test");
}

Arrays open_idx(const fs::path& path) {
  auto images = std::make_shared<IdxRows>(path);
  const std::size_t columns = Arrays{
      .path = path,
      .shape = {images->dimensions().begin(), images->dimensions().end()},
      .next = {}}.columns();
  return {.path = path,
          .shape = {images->dimensions().begin(), images->dimensions().end()},
          .is_bytes = true,
          .next = [images, columns](std::uint64_t count) {
            std::vector<std::uint8_t> values = images->next(count);
            const std::uint64_t rows = columns == 0 ? 0 : values.size() / columns;
            return bytes_array(rows, std::move(values));
          }};
}

// A folder is read whole, as for training.
Arrays open_idx_folder(const fs::path& path) {
  auto all = std::make_shared<Dataset>(load_idx_folder({.source = path.string()}, path));
  const std::size_t first = all->own_test_rows > 0 ? all->rows - all->own_test_rows : 0;
  Arrays arrays{.path = path,
                .shape = {all->rows - first, all->columns},
                .is_bytes = true,
                .next =
                    [all, row = first](std::uint64_t count) mutable {
                      count = std::min<std::uint64_t>(count, all->rows - row);
                      const auto begin =
                          all->features.begin() + static_cast<std::ptrdiff_t>(row * all->columns);
                      row += count;
                      return bytes_array(
                          count,
                          {begin, begin + static_cast<std::ptrdiff_t>(count * all->columns)});
                    },
                .y_columns = 1};
  arrays.y.assign(all->labels.begin() + static_cast<std::ptrdiff_t>(first), all->labels.end());
  return arrays;
}

}  // namespace

std::optional<Arrays> open_arrays(const fs::path& path, bool targets) {
  std::error_code unreadable;
  if (fs::is_directory(path, unreadable)) {
    return open_idx_folder(path);
  }
  std::array<std::uint8_t, 6> bytes{};
  const std::size_t count = InputFile::without_checksum(path)->read(bytes);
  const std::string_view magic(reinterpret_cast<const char*>(bytes.data()), count);
  if (magic == "\x93NUMPY") {
    return open_npy(path);
  }
  if (magic.starts_with(std::string_view("\0\0\x08", 3))) {
    if (targets) {
      throw DataError(path.string(), "is one IDX file, without labels",
                      "name the folder that holds the images and the labels");
    }
    return open_idx(path);
  }
  if (magic.starts_with("PK\3\4") || magic.starts_with("PK\5\6")) {
    const auto archive = std::make_shared<const ZipArchive>(path);
    if (std::any_of(archive->entries().begin(), archive->entries().end(),
                    [](const ZipEntry& entry) { return entry.name.ends_with(".npy"); })) {
      Arrays arrays = open_npz(path, *archive, targets);
      // The readers of its entries point into the archive.
      arrays.next = [archive, next = std::move(arrays.next)](std::uint64_t rows) {
        return next(rows);
      };
      return arrays;
    }
  }
  return std::nullopt;
}

}  // namespace hpsearch::nn

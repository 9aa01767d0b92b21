#include "nn/data/idx_folder.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/files/data_error.h"
#include "nn/files/idx.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kClassesShown = 8;

// The names of a pair of files, without .gz.
struct PartNames {
  std::string_view images;
  std::string_view labels;
};
constexpr PartNames kTrain{"train-images-idx3-ubyte", "train-labels-idx1-ubyte"};
constexpr PartNames kTest{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
constexpr PartNames kWhole{"images-idx3-ubyte", "labels-idx1-ubyte"};

struct PartPaths {
  fs::path images;
  fs::path labels;
};

struct Part {
  IdxArray images;
  IdxArray labels;
};

bool is_there(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

std::optional<fs::path> find_file(const fs::path& folder, std::string_view name) {
  // Some unpackers write train-images.idx3-ubyte.
  std::string dotted(name);
  dotted.replace(dotted.rfind("-idx"), 1, ".");
  for (const std::string_view stem : {name, std::string_view(dotted)}) {
    for (const std::string_view ending : {"", ".gz"}) {
      const fs::path path = folder / fmt::format("{}{}", stem, ending);
      if (is_there(path)) {
        return path;
      }
    }
  }
  return std::nullopt;
}

// Absent: neither file is there. One without the other is an error.
std::optional<PartPaths> find_part(const fs::path& folder, const PartNames& names) {
  const std::optional<fs::path> images = find_file(folder, names.images);
  const std::optional<fs::path> labels = find_file(folder, names.labels);
  if (images && labels) {
    return PartPaths{*images, *labels};
  }
  if (images || labels) {
    throw DataError(
        folder.string(),
        fmt::format("{}[.gz] is there without {}[.gz]", images ? names.images : names.labels,
                    images ? names.labels : names.images),
        "add the missing file");
  }
  return std::nullopt;
}

// `room`: for the values of so many more images' pixels.
Part read_part(const PartPaths& paths, std::uint64_t room) {
  Part part{read_idx(paths.images, room), read_idx(paths.labels)};
  if (part.labels.dimensions.size() != 1) {
    throw DataError(
        paths.labels.string(),
        fmt::format("an array of {} sizes ({}) where labels need one",
                    part.labels.dimensions.size(), fmt::join(part.labels.dimensions, " x ")),
        "give one label for each row");
  }
  const std::uint32_t images = part.images.dimensions[0];
  const std::uint32_t labels = part.labels.dimensions[0];
  if (images != labels) {
    throw DataError(
        paths.labels.string(),
        fmt::format("{} labels, but {} has {} images", labels, paths.images.string(), images),
        "give one label for each image");
  }
  if (part.images.values.empty()) {
    throw DataError(paths.images.string(),
                    fmt::format("an array of {} holds nothing to learn from",
                                fmt::join(part.images.dimensions, " x ")),
                    "give at least one image of at least one pixel");
  }
  return part;
}

// The sizes of one image.
std::span<const std::uint32_t> image_sizes(const Part& part) {
  return std::span(part.images.dimensions).subspan(1);
}

// Adds the rows of `part` behind those of `dataset`.
void append(Dataset& dataset, Part part) {
  dataset.rows += part.images.dimensions[0];
  if (dataset.features.empty()) {
    dataset.features = std::move(part.images.values);
  } else {
    dataset.features.insert(dataset.features.end(), part.images.values.begin(),
                            part.images.values.end());
  }
  dataset.labels.insert(dataset.labels.end(), part.labels.values.begin(), part.labels.values.end());
  dataset.files.push_back(std::move(part.images.file));
  dataset.files.push_back(std::move(part.labels.file));
}

void check_fit(const Part& train, const Part& test) {
  const auto sizes = [](const Part& part) { return fmt::join(image_sizes(part), " x "); };
  if (!std::ranges::equal(image_sizes(train), image_sizes(test))) {
    throw DataError(test.images.file.path.string(),
                    fmt::format("images of {}, but those of {} are {}", sizes(test),
                                train.images.file.path.string(), sizes(train)),
                    "give both parts the same shape");
  }
  const std::uint64_t rows = std::uint64_t{train.images.dimensions[0]} + test.images.dimensions[0];
  if (rows > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(test.images.file.path.string(), fmt::format("{} rows in both parts", rows),
                    "give fewer than 4294967296");
  }
}

// "1, 2, 5", cut after kClassesShown.
std::string list(std::span<const std::size_t> classes) {
  const std::size_t shown = std::min(classes.size(), kClassesShown);
  return fmt::format("{}{}", fmt::join(classes.first(shown), ", "),
                     shown < classes.size() ? ", ..." : "");
}

// The labels that there are, ascending.
std::vector<std::size_t> used_labels(const Dataset& dataset) {
  std::vector<bool> used(dataset.classes);
  for (const std::uint32_t label : dataset.labels) {
    used[label] = true;
  }
  std::vector<std::size_t> labels;
  for (std::size_t label = 0; label < used.size(); ++label) {
    if (used[label]) {
      labels.push_back(label);
    }
  }
  return labels;
}

void count_classes(Dataset& dataset, const fs::path& labels_file) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint32_t label : dataset.labels) {
    ++counts[label];
  }
  dataset.classes = *std::max_element(dataset.labels.begin(), dataset.labels.end()) + 1;
  std::vector<std::size_t> empty;
  for (std::size_t label = 0; label < dataset.classes; ++label) {
    if (counts[label] == 0) {
      empty.push_back(label);
    }
  }
  if (dataset.classes - empty.size() < 2) {
    throw DataError(labels_file.string(),
                    fmt::format("all {} labels are {}", dataset.rows, dataset.classes - 1),
                    "give rows of at least two classes");
  }
  if (!empty.empty()) {
    dataset.notes.push_back(fmt::format(
        "no rows of class {}{}", list(empty),
        counts[0] == 0
            ? fmt::format("; labels are {}: renumber them from 0 unless class 0 is meant "
                          "to be there",
                          list(used_labels(dataset)))
            : ""));
  }
}

// IDX files have labels and no columns, of which anything could be said.
void check_source(const DatasetSource& source, const fs::path& folder) {
  const auto refuse = [&](bool asked, std::string_view key) {
    if (asked) {
      throw DataError(folder.string(),
                      fmt::format("IDX files have no columns that `{}` could name", key),
                      "leave it out");
    }
  };
  refuse(source.target.has_value(), "target");
  refuse(source.group.has_value(), "group");
  refuse(source.order.has_value(), "order");
  if (!source.validation_file.empty() || !source.test_file.empty()) {
    throw DataError(folder.string(), "a further file goes with a table, not with a folder",
                    "write a number of rows or a fraction");
  }
  if (source.task == Task::kRegression) {
    throw DataError(folder.string(), "the labels of IDX files are classes, no numbers to predict",
                    "write `task: classification`, or leave it out");
  }
}

}  // namespace

Dataset load_idx_folder(const DatasetSource& source, const fs::path& folder) {
  check_source(source, folder);
  const std::optional<PartPaths> test_paths = find_part(folder, kTest);
  std::optional<PartPaths> train_paths = find_part(folder, kTrain);
  if (!train_paths && !test_paths) {
    train_paths = find_part(folder, kWhole);
  }
  if (!train_paths) {
    throw DataError(folder.string(),
                    fmt::format("holds neither {}[.gz] nor {}[.gz]", kTrain.images, kWhole.images),
                    "name a folder of MNIST's IDX files");
  }

  // The smaller part first: the larger leaves room for it, and is never copied.
  std::optional<Part> test;
  if (test_paths) {
    test = read_part(*test_paths, 0);
  }
  Part train = read_part(*train_paths, test ? test->images.values.size() : 0);
  Dataset dataset;
  dataset.name = source.source;
  if (const std::span<const std::uint32_t> sizes = image_sizes(train); sizes.size() == 2) {
    dataset.image = {sizes[0], sizes[1]};
  }
  if (test) {
    check_fit(train, *test);
    dataset.own_test_rows = test->images.dimensions[0];
  }
  append(dataset, std::move(train));
  if (test) {
    append(dataset, *std::move(test));
  }
  dataset.columns = dataset.features.size() / dataset.rows;
  count_classes(dataset, train_paths->labels);
  if (source.task == Task::kBinary) {
    if (const std::vector<std::size_t> labels = used_labels(dataset);
        labels.size() == 2 && labels[1] != 1) {
      throw DataError(
          train_paths->labels.string(),
          fmt::format("the task is binary, but the labels are {} and {}", labels[0], labels[1]),
          "renumber them from 0");
    }
    if (dataset.classes != 2) {
      throw DataError(train_paths->labels.string(),
                      fmt::format("the task is binary, but there are {} classes", dataset.classes),
                      "write `task: classification`, or leave it out");
    }
    dataset.task = Task::kBinary;
  }
  return dataset;
}

}  // namespace hpsearch::nn

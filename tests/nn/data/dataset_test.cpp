#include "nn/data/dataset.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "nn/data/builtin_datasets.h"
#include "tests/nn/files/idx_files.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::nn {
namespace {

using test::data_error_of;
using test::gzip;
using test::idx_header;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// An environment variable for the time of one test.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name); old != nullptr) {
      old_ = old;
    }
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

std::string labels(const std::vector<int>& values) {
  std::string bytes = idx_header({static_cast<std::uint32_t>(values.size())});
  for (const int value : values) {
    bytes += static_cast<char>(value);
  }
  return bytes;
}

class LoadDataset : public testing::Test {
 protected:
  Dataset load(const std::string& source = "data") const {
    return load_dataset({source, folder_.path()});
  }
  std::string error(const std::string& source = "data") const {
    return data_error_of([&] { load(source); });
  }
  std::string path(const std::string& name = "") const {
    return (folder_.path() / "data" / name).string();
  }
  void write(const std::string& name, const std::string& bytes) const {
    folder_.write("data/" + name, bytes);
  }
  void write_train() const {
    write("train-images-idx3-ubyte.gz", gzip(idx_header({3, 1, 2}) + "abcdef"));
    write("train-labels-idx1-ubyte.gz", gzip(labels({0, 2, 0})));
  }

  test::TempFolder folder_;
};

TEST_F(LoadDataset, JoinsTheTrainingPartAndTheOwnTestPart) {
  write_train();
  write("t10k-images-idx3-ubyte", idx_header({2, 1, 2}) + "ghij");
  write("t10k-labels-idx1-ubyte", labels({1, 2}));
  const Dataset data = load();
  EXPECT_EQ(data.name, "data");
  EXPECT_EQ(data.rows, 5U);
  EXPECT_EQ(data.columns, 2U);
  EXPECT_EQ(data.classes, 3U);
  EXPECT_EQ(data.own_test_rows, 2U);
  EXPECT_EQ(data.image, (ImageShape{1, 2}));
  EXPECT_EQ(std::string(data.features.begin(), data.features.end()), "abcdefghij");
  EXPECT_THAT(data.labels, ElementsAre(0U, 2U, 0U, 1U, 2U));
  EXPECT_TRUE(data.notes.empty());
  ASSERT_EQ(data.files.size(), 4U);
  EXPECT_EQ(data.files[0].path, path("train-images-idx3-ubyte.gz"));
  EXPECT_EQ(data.files[1].path, path("train-labels-idx1-ubyte.gz"));
  EXPECT_EQ(data.files[2].path, path("t10k-images-idx3-ubyte"));
  EXPECT_EQ(data.files[3].path, path("t10k-labels-idx1-ubyte"));
  EXPECT_EQ(data.files[3].sha256, sha256_hex(labels({1, 2})));
}

TEST_F(LoadDataset, NamesTheFileOfEitherPartThatIsDamaged) {
  const std::string images = gzip(idx_header({3, 1, 2}) + "abcdef");
  const auto damaged = [](std::string bytes) {
    bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);
    return bytes;
  };
  const std::string fault =
      ": byte 22 (uncompressed): the gzip data is damaged (incorrect data check); fetch or copy "
      "the file again";
  write_train();
  write("t10k-labels-idx1-ubyte.gz", gzip(labels({0, 2, 0})));
  write("t10k-images-idx3-ubyte.gz", damaged(images));
  EXPECT_EQ(error(), path("t10k-images-idx3-ubyte.gz") + fault);
  write("t10k-images-idx3-ubyte.gz", images);
  EXPECT_EQ(load().rows, 6U);
  write("train-images-idx3-ubyte.gz", damaged(images));
  EXPECT_EQ(error(), path("train-images-idx3-ubyte.gz") + fault);
}

TEST_F(LoadDataset, ReadsOnePairAndNotesAClassWithoutRows) {
  write("images-idx3-ubyte", idx_header({3, 2}) + "abcdef");
  write("labels-idx1-ubyte", labels({0, 3, 0}));
  const Dataset data = load();
  EXPECT_EQ(data.own_test_rows, 0U);
  EXPECT_EQ(data.classes, 4U);
  EXPECT_EQ(data.image, ImageShape{});
  EXPECT_THAT(data.notes, ElementsAre("no rows of class 1, 2"));
}

TEST_F(LoadDataset, LeadsToLabelsThatDoNotBeginWithZero) {
  write("images-idx3-ubyte", idx_header({3, 2}) + "abcdef");
  write("labels-idx1-ubyte", labels({1, 2, 1}));
  EXPECT_THAT(
      load().notes,
      ElementsAre("no rows of class 0; labels are 1, 2: renumber them from 0 unless class 0 "
                  "is meant to be there"));
  EXPECT_EQ(
      data_error_of([&] {
        load_dataset({.source = "data", .base_folder = folder_.path(), .task = Task::kBinary});
      }),
      path("labels-idx1-ubyte") +
          ": the task is binary, but the labels are 1 and 2; renumber them from 0");
  write("labels-idx1-ubyte", labels({0, 200, 0}));
  EXPECT_THAT(load().notes, ElementsAre("no rows of class 1, 2, 3, 4, 5, 6, 7, 8, ..."));
}

TEST_F(LoadDataset, FindsNamesWithADotToo) {
  write("train-images.idx3-ubyte", idx_header({3, 1, 2}) + "abcdef");
  write("train-labels.idx1-ubyte.gz", gzip(labels({0, 1, 0})));
  EXPECT_EQ(load().rows, 3U);
}

// Bytes that this process has mapped.
std::uint64_t address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// A file whose header promises more than the process may have. Its zeros take no room on the disk.
TEST_F(LoadDataset, SaysWhenMemoryIsTooSmall) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need the memory for themselves";
#endif
  write("images-idx3-ubyte", idx_header({1U << 28, 4}));
  write("labels-idx1-ubyte", labels({0, 1}));
  std::filesystem::resize_file(path("images-idx3-ubyte"), (std::uint64_t{1} << 30) + 12);
  const std::string message = data_error_of([&] {
    rlimit before{};
    getrlimit(RLIMIT_AS, &before);
    const rlimit tight{address_space() + (std::uint64_t{1} << 28), before.rlim_max};
    setrlimit(RLIMIT_AS, &tight);
    try {
      load();
    } catch (...) {
      setrlimit(RLIMIT_AS, &before);
      throw;
    }
    setrlimit(RLIMIT_AS, &before);
  });
  EXPECT_EQ(message, path().substr(0, path().size() - 1) +
                         ": the data does not fit into the memory; give fewer rows or columns, or "
                         "free some memory");
}

TEST_F(LoadDataset, TakesThePlainFileWhereBothAreThere) {
  write_train();
  write("train-images-idx3-ubyte", idx_header({3, 1, 2}) + "ABCDEF");
  EXPECT_EQ(load().features[0], 'A');
}

TEST_F(LoadDataset, TakesAnAbsolutePath) {
  write_train();
  EXPECT_EQ(load(path()).rows, 3U);
}

TEST_F(LoadDataset, RefusesAnUnknownNameAndListsTheBuiltIns) {
  EXPECT_EQ(error("fashion-mnits"),
            "data set 'fashion-mnits': neither built in (digits, fashion-mnist, linear-synthetic, "
            "spiral, logistic, and, or, nand, xor) nor a file or "
            "folder: there is no " +
                (folder_.path() / "fashion-mnits").string() + "; check the name");
}

TEST_F(LoadDataset, RefusesAFolderOfSomethingElseAndOneIdxFile) {
  write("table.csv", "a,b\n");
  EXPECT_EQ(error(), (folder_.path() / "data").string() +
                         ": holds neither train-images-idx3-ubyte[.gz] nor images-idx3-ubyte[.gz]; "
                         "name a folder of MNIST's IDX files");
  write("images-idx3-ubyte", idx_header({3, 2}) + "abcdef");
  EXPECT_EQ(error("data/images-idx3-ubyte"),
            path("images-idx3-ubyte") +
                ": is one IDX file of several; name the folder that holds the images and the "
                "labels");
}

TEST_F(LoadDataset, TakesTwoClassesAsBinaryWhereItIsAskedTo) {
  write("images-idx3-ubyte", idx_header({3, 2}) + "abcdef");
  write("labels-idx1-ubyte", labels({0, 1, 0}));
  EXPECT_EQ(load().task, Task::kClassification);
  DatasetSource source{.source = "data", .base_folder = folder_.path(), .task = Task::kBinary};
  EXPECT_EQ(load_dataset(source).task, Task::kBinary);
  write("labels-idx1-ubyte", labels({0, 1, 2}));
  EXPECT_EQ(data_error_of([&] { load_dataset(source); }),
            path("labels-idx1-ubyte") +
                ": the task is binary, but there are 3 classes; write `task: classification`, or "
                "leave it out");
  source.task = Task::kRegression;
  EXPECT_EQ(data_error_of([&] { load_dataset(source); }),
            (folder_.path() / "data").string() +
                ": the labels of IDX files are classes, no numbers to predict; write `task: "
                "classification`, or leave it out");
}

TEST_F(LoadDataset, RefusesKeysOfTablesForIdxFiles) {
  write_train();
  DatasetSource source{.source = "data", .base_folder = folder_.path()};
  source.target = "label";
  EXPECT_EQ(data_error_of([&] { load_dataset(source); }),
            (folder_.path() / "data").string() +
                ": IDX files have no columns that `target` could name; leave it out");
  source.target.reset();
  source.test_file = "test.csv";
  EXPECT_EQ(data_error_of([&] { load_dataset(source); }),
            (folder_.path() / "data").string() +
                ": a further file goes with a table, not with a folder; write a number of rows or "
                "a fraction");
}

TEST_F(LoadDataset, RefusesHalfAPair) {
  write_train();
  write("t10k-labels-idx1-ubyte", labels({1, 2}));
  EXPECT_EQ(error(), (folder_.path() / "data").string() +
                         ": t10k-labels-idx1-ubyte[.gz] is there without "
                         "t10k-images-idx3-ubyte[.gz]; add the missing file");
}

TEST_F(LoadDataset, RefusesAnotherNumberOfLabelsThanOfImages) {
  write("images-idx3-ubyte", idx_header({3, 2}) + "abcdef");
  write("labels-idx1-ubyte", labels({0, 1}));
  EXPECT_EQ(error(), path("labels-idx1-ubyte") + ": 2 labels, but " + path("images-idx3-ubyte") +
                         " has 3 images; give one label for each image");
}

TEST_F(LoadDataset, RefusesLabelsOfTwoDimensions) {
  write("images-idx3-ubyte", idx_header({3, 2}) + "abcdef");
  write("labels-idx1-ubyte", idx_header({3, 1}) + "abc");
  EXPECT_EQ(error(), path("labels-idx1-ubyte") +
                         ": an array of 2 sizes (3 x 1) where labels need one; give one label for "
                         "each row");
}

TEST_F(LoadDataset, RefusesNoRowsAndNoPixels) {
  write("images-idx3-ubyte", idx_header({0, 28, 28}));
  write("labels-idx1-ubyte", labels({}));
  EXPECT_EQ(error(), path("images-idx3-ubyte") +
                         ": an array of 0 x 28 x 28 holds nothing to learn from; give at least one "
                         "image of at least one pixel");
  write("images-idx3-ubyte", idx_header({2, 0}));
  write("labels-idx1-ubyte", labels({0, 1}));
  EXPECT_EQ(error(), path("images-idx3-ubyte") +
                         ": an array of 2 x 0 holds nothing to learn from; give at least one image "
                         "of at least one pixel");
}

TEST_F(LoadDataset, RefusesASingleClass) {
  write("images-idx3-ubyte", idx_header({3, 2}) + "abcdef");
  write("labels-idx1-ubyte", labels({3, 3, 3}));
  EXPECT_EQ(error(),
            path("labels-idx1-ubyte") + ": all 3 labels are 3; give rows of at least two classes");
}

TEST_F(LoadDataset, RefusesPartsOfDifferentShapes) {
  write_train();
  write("t10k-images-idx3-ubyte", idx_header({1, 2, 1}) + "gh");
  write("t10k-labels-idx1-ubyte", labels({1}));
  EXPECT_EQ(error(), path("t10k-images-idx3-ubyte") + ": images of 2 x 1, but those of " +
                         path("train-images-idx3-ubyte.gz") +
                         " are 1 x 2; give both parts the same shape");
}

TEST_F(LoadDataset, PassesOnWhatIsWrongWithTheTestPart) {
  write_train();
  write("t10k-images-idx3-ubyte", idx_header({1, 1, 2}) + "g");
  write("t10k-labels-idx1-ubyte", labels({1}));
  EXPECT_THAT(error(), StartsWith(path("t10k-images-idx3-ubyte") + ": byte 17: the file ends"));
}

TEST_F(LoadDataset, LooksForABuiltInInTheFoldersOfTheVariableFirst) {
  folder_.write("b/digits/images-idx3-ubyte", idx_header({2, 1}) + "ab");
  folder_.write("b/digits/labels-idx1-ubyte", labels({0, 1}));
  const ScopedVariable variable(
      "HPSEARCH_DATA", (folder_.path() / "a").string() + "::" + (folder_.path() / "b").string());
  EXPECT_EQ(load("digits").rows, 2U);
  EXPECT_EQ(load("digits").name, "digits");
}

TEST_F(LoadDataset, FindsTheBuiltInOfTheSourceTree) {
  EXPECT_EQ(load("digits").rows, 1797U);
}

TEST_F(LoadDataset, PrefersABuiltInToAFolderOfItsName) {
  folder_.write("digits/images-idx3-ubyte", idx_header({2, 1}) + "ab");
  folder_.write("digits/labels-idx1-ubyte", labels({0, 1}));
  EXPECT_EQ(load("digits").rows, 1797U);
  EXPECT_EQ(load("./digits").rows, 2U);
}

TEST(BuiltinDatasets, AreFoundByTheirNames) {
  for (const BuiltinDataset& row : kBuiltinDatasets) {
    ASSERT_TRUE(find_builtin(row.name).has_value());
    EXPECT_EQ(find_builtin(row.name)->summary, row.summary);
  }
  EXPECT_FALSE(find_builtin("mnist").has_value());
}

TEST(BuiltinDatasets, NameTheCommandThatInstallsThem) {
  const ScopedVariable variable("HPSEARCH_DATA", "/nowhere");
  const std::string packaged = data_error_of(
      [] { builtin_folder({.name = "no-such-set", .package = "dataset-no-such-set"}); });
  EXPECT_THAT(packaged,
              StartsWith("data set 'no-such-set' is not on this machine; install it with: apt-get "
                         "install dataset-no-such-set (looked for /nowhere/no-such-set, "));
  EXPECT_THAT(packaged, HasSubstr("/share/hpsearch/data/no-such-set, "));
  EXPECT_THAT(packaged, testing::EndsWith(", /usr/share/datasets/no-such-set)"));
  EXPECT_THAT(
      data_error_of([] { builtin_folder({.name = "own-set"}); }),
      StartsWith("data set 'own-set' is not on this machine; it comes with hpsearch: install "
                 "that again, or set HPSEARCH_DATA to the folder above it (looked for "));
}

TEST(FashionMnist, HasTheCountsAndTheMeanOfItsAuthors) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "needs the package dataset-fashion-mnist";
  }
  const Dataset data = load_dataset({"fashion-mnist", {}});
  EXPECT_EQ(data.rows, 70000U);
  EXPECT_EQ(data.columns, 784U);
  EXPECT_EQ(data.classes, 10U);
  EXPECT_EQ(data.own_test_rows, 10000U);
  EXPECT_EQ(data.image, (ImageShape{28, 28}));
  std::array<int, 10> train{};
  std::array<int, 10> test{};
  for (std::size_t row = 0; row < data.rows; ++row) {
    ++(row < 60000 ? train : test)[data.labels[row]];
  }
  EXPECT_THAT(train, testing::Each(6000));
  EXPECT_THAT(test, testing::Each(1000));
  const std::uint64_t sum =
      std::accumulate(data.features.begin(), data.features.begin() + 60000 * 784, std::uint64_t{0});
  EXPECT_NEAR(static_cast<double>(sum) / 255.0 / (60000.0 * 784.0), 0.286041, 1e-6);
}

}  // namespace
}  // namespace hpsearch::nn

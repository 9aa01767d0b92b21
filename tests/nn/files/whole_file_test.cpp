#include "nn/files/whole_file.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(WholeFile, IsNotThereBeforeItIsFinished) {
  const test::TempFolder folder;
  const fs::path path = folder.path() / "a";
  WholeFile file(path);
  file.write(std::string(3 << 20, 'x'));
  EXPECT_FALSE(fs::exists(path));
  file.write("y");
  EXPECT_TRUE(file.finish(Existing::kKept));
  EXPECT_EQ(text_of(path), std::string(3 << 20, 'x') + "y");
  EXPECT_EQ(file.checksum().bytes, (3U << 20) + 1);
  EXPECT_EQ(file.checksum().sha256, sha256_hex(text_of(path)));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}

TEST(WholeFile, LeavesNothingWhereItIsGivenUp) {
  const test::TempFolder folder;
  { WholeFile(folder.path() / "a").write("x"); }
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(WholeFile, KeepsOrReplacesWhatHasItsName) {
  const test::TempFolder folder;
  const fs::path path = folder.write("a", "old");
  {
    WholeFile file(path);
    file.write("new");
    EXPECT_FALSE(file.finish(Existing::kKept));
  }
  EXPECT_EQ(text_of(path), "old");
  {
    WholeFile file(path);
    file.write("new");
    EXPECT_TRUE(file.finish(Existing::kReplaced));
  }
  EXPECT_EQ(text_of(path), "new");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}

TEST(WholeFile, SaysWhyItCannotBeWritten) {
  const test::TempFolder folder;
  const std::string path = (folder.path() / "no/a").string();
  try {
    const WholeFile file(path);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), path +
                                ": cannot be written: No such file or directory; check that the "
                                "folder exists and that you may write to it");
  }
}

TEST(PutInPlace, KeepsOrReplacesAFolderWhole) {
  const test::TempFolder folder;
  const fs::path place = folder.path() / "place";
  const fs::path beside = name_beside(place);
  folder.write("place/old/a", "old");
  fs::create_directory(beside);
  std::ofstream(beside / "b") << "new";
  EXPECT_FALSE(put_in_place(beside, place, Existing::kKept));
  EXPECT_EQ(text_of(place / "old/a"), "old");
  EXPECT_TRUE(put_in_place(beside, place, Existing::kReplaced));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("place"));
  EXPECT_THAT(names_in(place), ElementsAre("b"));
}

}  // namespace
}  // namespace hpsearch::nn

#include "nn/files/idx.h"

#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/nn/files/idx_files.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::nn {
namespace {

using test::data_error_of;
using test::gzip;
using test::idx_header;
using test::noise;
using test::TempFolder;

class Idx : public testing::Test {
 protected:
  // The message for a file of these bytes, without its path.
  std::string error_of(std::string_view bytes) const {
    return error_at(folder_.write("file", bytes));
  }
  std::string error_at(const std::filesystem::path& path) const {
    const std::string message = data_error_of([&] { read_idx(path); });
    const std::string prefix = path.string() + ": ";
    EXPECT_EQ(message.substr(0, prefix.size()), prefix);
    return message.substr(std::min(prefix.size(), message.size()));
  }

  TempFolder folder_;
};

TEST_F(Idx, ReadsAPlainFile) {
  const std::string bytes = idx_header({2, 3}) + "abcdef";
  const IdxArray array = read_idx(folder_.write("plain.gz", bytes));
  EXPECT_THAT(array.dimensions, testing::ElementsAre(2U, 3U));
  EXPECT_THAT(array.values, testing::ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
  EXPECT_EQ(array.file.path, folder_.path() / "plain.gz");
  EXPECT_EQ(array.file.bytes, bytes.size());
  EXPECT_EQ(array.file.sha256, sha256_hex(bytes));
}

TEST_F(Idx, ReadsACompressedFileWhateverItsName) {
  const std::string values = noise(1'000'000);
  const std::string bytes = gzip(idx_header({100, 100, 100}) + values);
  const IdxArray array = read_idx(folder_.write("no-ending", bytes));
  EXPECT_EQ(std::string(array.values.begin(), array.values.end()), values);
  EXPECT_EQ(array.file.bytes, bytes.size());
  EXPECT_EQ(array.file.sha256, sha256_hex(bytes));
}

TEST_F(Idx, ReadsSeveralGzipMembersInARow) {
  const std::string bytes = gzip(idx_header({2, 3})) + gzip("abc") + gzip("") + gzip("def");
  const IdxArray array = read_idx(folder_.write("file", bytes));
  EXPECT_EQ(std::string(array.values.begin(), array.values.end()), "abcdef");
}

TEST_F(Idx, ReadsGzipDataPaddedWithZeros) {
  for (const std::size_t zeros : {1U, 511U, 3'000'000U}) {
    const std::string bytes = gzip(idx_header({2, 3}) + "abcdef") + std::string(zeros, '\0');
    const IdxArray array = read_idx(folder_.write("file", bytes));
    EXPECT_EQ(std::string(array.values.begin(), array.values.end()), "abcdef");
    EXPECT_EQ(array.file.sha256, sha256_hex(bytes));
  }
  EXPECT_NE(error_of(gzip(idx_header({1}) + "a") + std::string(9, '\0') + "b"), "");
}

// Whole where it is one member of pixels, in pieces otherwise: nobody can tell from what comes out.
TEST_F(Idx, ReadsTheSameAtOnceAndInPieces) {
  const std::string values = noise(600'000) + std::string(600'000, '\0');
  const std::string text = idx_header({1200, 1000}) + values;
  const std::size_t half = text.size() / 2;
  for (const std::string& bytes : {gzip(text), gzip(text.substr(0, half)) + gzip(text.substr(half)),
                                   text, gzip(text) + gzip("")}) {
    const IdxArray array = read_idx(folder_.write("file", bytes));
    EXPECT_EQ(std::string(array.values.begin(), array.values.end()), values);
    EXPECT_EQ(array.file.bytes, bytes.size());
    EXPECT_EQ(array.file.sha256, sha256_hex(bytes));
  }
  const std::string zeros(1'000'000, '\0');  // too small on disk to be taken at once
  const IdxArray array = read_idx(folder_.write("file", gzip(idx_header({1'000'000}) + zeros)));
  EXPECT_EQ(std::string(array.values.begin(), array.values.end()), zeros);
}

TEST_F(Idx, KeepsRoomForFurtherValues) {
  const std::string text = idx_header({100, 100}) + noise(10'000);
  for (const std::string& bytes : {text, gzip(text)}) {
    EXPECT_GE(read_idx(folder_.write("file", bytes), 5000).values.capacity(), 15'000U);
  }
}

TEST_F(Idx, ReadsOneToEightDimensionsAndNoValues) {
  for (std::size_t count = 1; count <= 8; ++count) {
    const std::vector<std::uint32_t> sizes(count, 2);
    const IdxArray array =
        read_idx(folder_.write("file", idx_header(sizes) + noise(std::size_t{1} << count)));
    EXPECT_EQ(array.dimensions, sizes);
    EXPECT_EQ(array.values.size(), std::size_t{1} << count);
  }
  EXPECT_TRUE(
      read_idx(folder_.write("file", idx_header({0, 0xffffffff, 0xffffffff}))).values.empty());
}

TEST_F(Idx, RefusesWhatIsNotAReadableFile) {
  EXPECT_EQ(error_at(folder_.path() / "none"), "there is no such file; check the path");
  const std::filesystem::path file = folder_.write("file", "x");
  EXPECT_EQ(error_at(file / "below"), "there is no such file; check the path");
  EXPECT_EQ(error_at(folder_.path()), "is a folder, not a file; name a file in it");
  const std::filesystem::path pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error_at(pipe), "is not a regular file; copy its contents into one");
  const std::filesystem::path loop = folder_.path() / "loop";
  std::filesystem::create_symlink(loop, loop);
  EXPECT_EQ(
      error_at(loop),
      "cannot be opened: Too many levels of symbolic links; check the path and its permissions");
}

TEST_F(Idx, RefusesAFileThatItMayNotRead) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may read every file";
  }
  const std::filesystem::path file = folder_.write("file", "x");
  ASSERT_EQ(::chmod(file.c_str(), 0), 0);
  EXPECT_EQ(error_at(file),
            "cannot be opened: Permission denied; check the path and its permissions");
}

TEST_F(Idx, NamesTheByteAtWhichTheDiskFails) {
  // Address 0 of a process is never mapped: the kernel opens this file and fails to read it.
  EXPECT_EQ(error_at("/proc/self/mem"),
            "byte 0: cannot be read: Input/output error; check the disk and the permissions");
}

TEST_F(Idx, RefusesAnEmptyFile) {
  EXPECT_EQ(error_of(""), "byte 0: the file is empty; fetch or copy the file again");
  EXPECT_EQ(error_of(gzip("")),
            "byte 0 (uncompressed): the file is empty; fetch or copy the file again");
}

TEST_F(Idx, RefusesAnotherMagicNumber) {
  EXPECT_EQ(
      error_of("PK\3\4 and so on"),
      "byte 0: not an IDX file: it begins with 50 4b 03 04 instead of 00 00 08; give a file in "
      "the IDX format of MNIST, plain or gzip");
  EXPECT_EQ(
      error_of("\x1f"),
      "byte 0: not an IDX file: it begins with 1f instead of 00 00 08; give a file in the IDX "
      "format of MNIST, plain or gzip");
  EXPECT_EQ(
      error_of(gzip("text")),
      "byte 0 (uncompressed): not an IDX file: it begins with 74 65 78 74 instead of 00 00 08; "
      "give a file in the IDX format of MNIST, plain or gzip");
}

TEST_F(Idx, RefusesOtherTypesByName) {
  const std::vector<std::pair<unsigned, std::string>> types{{0x09, "signed byte"},
                                                            {0x0b, "16-bit integer"},
                                                            {0x0c, "32-bit integer"},
                                                            {0x0d, "32-bit float"},
                                                            {0x0e, "64-bit float"}};
  for (const auto& [code, name] : types) {
    EXPECT_EQ(error_of(idx_header({1}, code) + "12345678"),
              fmt::format("byte 2: IDX values of type 0x{:02x} ({}) are not supported; convert the "
                          "values to unsigned bytes (type code 0x08)",
                          code, name));
  }
  EXPECT_EQ(
      error_of(idx_header({1}, 0x42) + "1"),
      "byte 2: 0x42 is not an IDX type code; give a file in the IDX format of MNIST, plain or "
      "gzip");
}

TEST_F(Idx, RefusesNoDimensionsAndNine) {
  EXPECT_EQ(
      error_of(idx_header({})),
      "byte 3: the IDX header announces 0 dimensions; arrays of 1 to 8 dimensions can be read");
  EXPECT_EQ(
      error_of(idx_header(std::vector<std::uint32_t>(9, 1)) + "1"),
      "byte 3: the IDX header announces 9 dimensions; arrays of 1 to 8 dimensions can be read");
}

TEST_F(Idx, RefusesATruncatedHeaderAndNamesTheOffset) {
  const std::string header = idx_header({5, 6, 7});
  for (std::size_t n = 1; n < header.size(); ++n) {
    EXPECT_EQ(error_of(header.substr(0, n)),
              fmt::format(
                  "byte {}: the file ends within its IDX header; fetch or copy the file again", n));
  }
}

TEST_F(Idx, RefusesATruncatedBodyAndNamesTheOffset) {
  const std::string bytes = idx_header({7, 11, 13}) + noise(7 * 11 * 13);
  for (std::size_t i = 0; i < 20; ++i) {
    const std::size_t n = 16 + i * (bytes.size() - 17) / 19;
    EXPECT_EQ(error_of(bytes.substr(0, n)),
              fmt::format("byte {}: the file ends, but its IDX header promises 7 x 11 x 13 = 1001 "
                          "values, up to byte 1017; fetch or copy the file again",
                          n));
  }
  EXPECT_EQ(error_of(idx_header({5}) + "abc"),
            "byte 11: the file ends, but its IDX header promises 5 values, up to byte 13; fetch or "
            "copy the file again");
  EXPECT_EQ(
      error_of(gzip(idx_header({5}) + "abc")),
      "byte 11 (uncompressed): the file ends, but its IDX header promises 5 values, up to byte "
      "13; fetch or copy the file again");
}

TEST_F(Idx, RefusesTruncatedGzipDataAndNamesTheOffset) {
  const std::string text = idx_header({70, 110, 13}) + noise(70 * 110 * 13);
  const std::string bytes = gzip(text);
  for (std::size_t i = 0; i < 20; ++i) {
    const std::size_t n = 2 + i * (bytes.size() - 3) / 19;
    EXPECT_EQ(
        error_of(bytes.substr(0, n)),
        fmt::format("byte {} (uncompressed): the gzip data ends before its end mark; fetch or "
                    "copy the file again",
                    test::bytes_left_in(bytes.substr(0, n), text.size())));
  }
}

TEST_F(Idx, RefusesDamagedGzipData) {
  const std::string bytes = gzip(idx_header({1000}) + noise(1000));
  const auto flipped = [&](std::size_t at) {
    std::string copy = bytes;
    copy[at] = static_cast<char>(copy[at] ^ 0x40);
    return copy;
  };
  EXPECT_EQ(error_of(flipped(bytes.size() - 8)),
            "byte 1008 (uncompressed): the gzip data is damaged (incorrect data check); fetch or "
            "copy the file again");
  EXPECT_EQ(error_of(flipped(bytes.size() - 1)),
            "byte 1008 (uncompressed): the gzip data is damaged (incorrect length check); fetch or "
            "copy the file again");
  EXPECT_EQ(
      error_of("\x1f\x8bnot gzip at all"),
      "byte 0 (uncompressed): the gzip data is damaged (unknown compression method); fetch or "
      "copy the file again");
  EXPECT_EQ(error_of(bytes + "garbage"),
            "byte 1008 (uncompressed): the gzip data is damaged (incorrect header check); fetch or "
            "copy the file again");
}

TEST_F(Idx, RefusesBytesAfterTheLastValue) {
  EXPECT_EQ(error_of(idx_header({1, 2}) + "abc"),
            "byte 14: the file goes on after the 1 x 2 = 2 values that its IDX header promises; "
            "fetch or copy the file again");
  EXPECT_EQ(error_of(gzip(idx_header({2}) + "abc")),
            "byte 10 (uncompressed): the file goes on after the 2 values that its IDX header "
            "promises; fetch or copy the file again");
}

TEST_F(Idx, RefusesAHeaderThatPromisesTooMuchWithoutOverflow) {
  EXPECT_EQ(error_of(idx_header({0x80000000, 28, 28})),
            "byte 4: the IDX header promises 2147483648 x 28 x 28 values, more than the limit of "
            "17179869184 (16 GiB); split the data, or fetch the file again if its header is wrong");
  // 2^256 is 0 in 64 bits.
  const std::string bomb = error_of(idx_header(std::vector<std::uint32_t>(8, 0x80000000)));
  EXPECT_THAT(bomb, testing::HasSubstr("2147483648 x 2147483648"));
  EXPECT_THAT(bomb, testing::HasSubstr("more than the limit of 17179869184"));
}

// The address space of this process while the object lives: what it has, and so much more.
class AddressSpaceLimit {
 public:
  explicit AddressSpaceLimit(std::size_t more) {
    std::size_t pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "r"); file != nullptr) {
      if (std::fscanf(file, "%zu", &pages) != 1) {
        pages = 0;
      }
      std::fclose(file);
    }
    ::getrlimit(RLIMIT_AS, &old_);
    rlimit limit = old_;
    limit.rlim_cur = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + more;
    ::setrlimit(RLIMIT_AS, &limit);
  }
  ~AddressSpaceLimit() { ::setrlimit(RLIMIT_AS, &old_); }
  AddressSpaceLimit(const AddressSpaceLimit&) = delete;
  AddressSpaceLimit& operator=(const AddressSpaceLimit&) = delete;

 private:
  rlimit old_{};
};

TEST_F(Idx, AllocatesNothingForAnEmptyPromise) {
  const std::string header = idx_header({0x7fffffff, 8});
  const std::filesystem::path plain = folder_.write("plain", header + "abc");
  const std::filesystem::path packed = folder_.write("packed", gzip(header + "abc"));
  const AddressSpaceLimit limit(std::size_t{256} << 20);
  EXPECT_EQ(error_at(plain),
            "byte 15: the file ends, but its IDX header promises 2147483647 x 8 = 17179869176 "
            "values, up to byte 17179869188; fetch or copy the file again");
  EXPECT_EQ(error_at(packed),
            "byte 15 (uncompressed): the file ends, but its IDX header promises 2147483647 x 8 = "
            "17179869176 values, up to byte 17179869188; fetch or copy the file again");
}

TEST_F(Idx, StopsAGzipBombAtThePromisedSize) {
  // Members add up: two hundred of one million zeros take 200 kB on disk.
  std::string bomb = gzip(idx_header({10, 100}));
  const std::string zeros = gzip(std::string(1'000'000, '\0'));
  for (int i = 0; i < 200; ++i) {
    bomb += zeros;
  }
  const std::filesystem::path file = folder_.write("bomb", bomb);
  const AddressSpaceLimit limit(std::size_t{64} << 20);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(
      error_at(file),
      "byte 1012 (uncompressed): the file goes on after the 10 x 100 = 1000 values that its IDX "
      "header promises; fetch or copy the file again");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace hpsearch::nn

#include "nn/files/safetensors.h"

#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

#include "nn/base/sha256.h"
#include "nn/files/data_error.h"
#include "nn/network/mlp.h"
#include "nn/network/weights.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

// Two rows of three numbers with a gap of one, and a row of two.
const std::vector<float> kMatrix{1.0F, 2.0F, 3.0F, -99.0F, 4.0F, 5.0F, 6.0F, -99.0F};
const std::vector<float> kRow{0.5F, -0.25F};
const std::vector<NamedTensor> kTensors{{"w", {2, 3}, kMatrix, 4}, {"b", {2}, kRow, 2}};

// Of a header and the numbers after it, the file's bytes by the format's description.
std::string file_of(const std::string& header, const std::string& numbers) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) {
    bytes += static_cast<char>(header.size() >> (8 * i) & 255U);
  }
  return bytes + header + numbers;
}

std::string floats(std::vector<float> values) {
  std::string bytes(values.size() * 4, '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST(Safetensors, HaveTheBytesOfTheFormat) {
  const test::TempFolder folder;
  const auto path = folder.path() / "x.safetensors";
  const FileChecksum written = write_safetensors(path, kTensors, {{"epoch", "3"}});
  std::string header = R"({"__metadata__":{"epoch":"3"},)"
                       R"("w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                       R"("b":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}})";
  header.resize(144, ' ');
  const std::string expected =
      file_of(header, floats({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 0.5F, -0.25F}));
  EXPECT_EQ(bytes_of(path), expected);
  EXPECT_EQ(written.path, path);
  EXPECT_EQ(written.bytes, expected.size());
  EXPECT_EQ(written.sha256, sha256_hex(expected));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("x.safetensors"));
}

TEST(Safetensors, AreReadAsTheyWereWritten) {
  const test::TempFolder folder;
  const auto path = folder.path() / "x.safetensors";
  write_safetensors(path, kTensors, {{"name", "Zoë \"quoted\"\n"}, {"empty", ""}});
  const SafetensorsFile file = read_safetensors(path);
  EXPECT_THAT(file.metadata, ElementsAre(Pair("empty", ""), Pair("name", "Zoë \"quoted\"\n")));
  ASSERT_EQ(file.tensors.size(), 2U);
  EXPECT_EQ(file.tensors[0].name, "w");
  EXPECT_THAT(file.tensors[0].shape, ElementsAre(2U, 3U));
  EXPECT_THAT(file.tensors[0].values, ElementsAre(1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F));
  EXPECT_EQ(file.tensors[1].name, "b");
  EXPECT_THAT(file.tensors[1].shape, ElementsAre(2U));
  EXPECT_THAT(file.tensors[1].values, ElementsAre(0.5F, -0.25F));
}

TEST(Safetensors, MayBeEmptyOrHoldTextsThatAreNoUtf8) {
  const test::TempFolder folder;
  const auto path = folder.path() / "x.safetensors";
  write_safetensors(path, {}, {});
  EXPECT_EQ(bytes_of(path), file_of("{}      ", ""));
  EXPECT_THAT(read_safetensors(path).tensors, IsEmpty());
  write_safetensors(path, {}, {{"class", "caf\xE9"}});
  EXPECT_THAT(read_safetensors(path).metadata, ElementsAre(Pair("class", "caf\uFFFD")));
}

// Many short rows go through the writer's buffer in several blocks.
TEST(Safetensors, HoldMatricesLargerThanABlock) {
  const test::TempFolder folder;
  const auto path = folder.path() / "x.safetensors";
  constexpr std::size_t kRows = 200'000;
  std::vector<float> values(kRows * 16);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i % 16 < 3 ? i : 0);
  }
  const std::vector<NamedTensor> tensors{{"w", {kRows, 3}, values, 16}};
  const FileChecksum written = write_safetensors(path, tensors, {});
  EXPECT_EQ(written.bytes, std::filesystem::file_size(path));
  EXPECT_EQ(written.sha256, sha256_hex(bytes_of(path)));
  const SafetensorsFile file = read_safetensors(path);
  int wrong = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t j = 0; j < 3; ++j) {
      wrong += file.tensors[0].values[row * 3 + j] == values[row * 16 + j] ? 0 : 1;
    }
  }
  EXPECT_EQ(wrong, 0);
}

// Python's view of a network's file, by the format's description alone.
TEST(Safetensors, AreReadByPython) {
  if (std::system("python3 -c 'import json, struct' 2>/dev/null") != 0) {
    GTEST_SKIP() << "python3 is not installed";
  }
  const test::TempFolder folder;
  const auto path = folder.path() / "net.safetensors";
  Settings settings;
  settings.hidden = {5};
  const Mlp network(settings, 3, 2, 4, 9);
  write_safetensors(path, named_tensors(network), {{"layout", weight_layout(settings)}});
  const auto script = folder.write("read.py",
                                   "import json, struct, sys\n"
                                   "data = open(sys.argv[1], 'rb').read()\n"
                                   "n = struct.unpack('<Q', data[:8])[0]\n"
                                   "out = {'n': n, 'header': json.loads(data[8:8 + n])}\n"
                                   "for name, t in out['header'].items():\n"
                                   "  if name != '__metadata__':\n"
                                   "    b, e = t['data_offsets']\n"
                                   "    numbers = data[8 + n + b:8 + n + e]\n"
                                   "    out[name] = struct.unpack(f'<{(e - b) // 4}f', numbers)\n"
                                   "print(json.dumps(out))\n");
  const auto answer = folder.path() / "answer.json";
  ASSERT_EQ(std::system(fmt::format("python3 '{}' '{}' > '{}'", script.string(), path.string(),
                                    answer.string())
                            .c_str()),
            0);
  const auto json = nlohmann::json::parse(bytes_of(answer));
  EXPECT_EQ(json["n"].get<int>() % 8, 0);
  EXPECT_EQ(json["header"]["__metadata__"]["layout"], "weight is [in][out]: y = x weight + bias");
  EXPECT_EQ(json.size(), 6U) << "four tensors";
  for (std::size_t l = 0; l < 2; ++l) {
    const LinearLayer& layer = network.layers()[l];
    const std::string weight = fmt::format("layers.{}.weight", l);
    const std::string bias = fmt::format("layers.{}.bias", l);
    EXPECT_EQ(json["header"][weight]["shape"], (std::vector{layer.in, layer.out}));
    EXPECT_EQ(json["header"][bias]["shape"], (std::vector{layer.out}));
    std::vector<float> expected;
    for (std::size_t i = 0; i < layer.in; ++i) {
      const auto row = layer.weights.begin() + static_cast<std::ptrdiff_t>(i * padded(layer.out));
      expected.insert(expected.end(), row, row + static_cast<std::ptrdiff_t>(layer.out));
    }
    EXPECT_EQ(json[weight].get<std::vector<float>>(), expected);
    EXPECT_EQ(json[bias].get<std::vector<float>>(), std::vector<float>(layer.out));
  }
}

std::string error_of_writing(const std::filesystem::path& path) {
  try {
    write_safetensors(path, kTensors, {});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "written";
}

TEST(Safetensors, SayWhyTheyCannotBeWritten) {
  const test::TempFolder folder;
  const auto path = folder.path() / "no" / "x.safetensors";
  EXPECT_EQ(error_of_writing(path),
            path.string() +
                ": cannot be written: No such file or directory; check that the folder exists and "
                "that you may write to it");
  const auto taken = folder.path() / "taken";
  std::filesystem::create_directory(taken);
  EXPECT_EQ(error_of_writing(taken),
            taken.string() +
                ": cannot be written: Is a directory; check that the folder exists and that you "
                "may write to it");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("taken")) << "nothing of it is left";
}

TEST(Safetensors, LeaveTheOldFileWhereTheDiskIsFull) {
  const test::TempFolder folder;
  const auto path = folder.write("x.safetensors", "old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string error = error_of_writing(path);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(error, path.string() +
                       ": cannot be written: File too large; make room on the disk (space, quota, "
                       "ulimit -f)");
  EXPECT_EQ(bytes_of(path), "old");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("x.safetensors"));
}

class DamagedSafetensors : public testing::Test {
 protected:
  // What reading says of these bytes, without the path that it begins with.
  std::string error_of(const std::string& bytes) {
    const auto path = folder_.write("x.safetensors", bytes);
    try {
      read_safetensors(path);
    } catch (const DataError& error) {
      const std::string text = error.what();
      const std::string begin = path.string() + ": ";
      return text.starts_with(begin) ? text.substr(begin.size()) : "no path: " + text;
    }
    return "read";
  }
  static std::string tensor(const std::string& shape, int begin, int end) {
    return fmt::format(R"({{"dtype":"F32","shape":{},"data_offsets":[{},{}]}})", shape, begin, end);
  }

  test::TempFolder folder_;
};

TEST_F(DamagedSafetensors, AreRefusedWithTheReason) {
  const std::string damaged = "; write the file again; this one is damaged";
  const std::string eight(8, 'a');
  EXPECT_EQ(error_of("short"), "is too short to be a safetensors file" + damaged);
  EXPECT_EQ(error_of(std::string("\x09\0\0\0\0\0\0\0{}      ", 16)),
            "says that its header has 9 bytes, which it has not" + damaged);
  EXPECT_EQ(error_of(std::string(16, '\xFF')),
            "says that its header has 18446744073709551615 bytes, which it has not" + damaged);
  const std::string keys = "its header is no JSON object whose keys all differ" + damaged;
  EXPECT_EQ(error_of(file_of("{", "")), keys);
  EXPECT_EQ(error_of(file_of("[]", "")), keys);
  const std::string t = tensor("[1]", 0, 4);
  EXPECT_EQ(error_of(file_of(fmt::format(R"({{"a":{},"a":{}}})", t, t), "abcd")), keys);
  EXPECT_EQ(error_of(file_of(R"({"__metadata__":{"a":1}})", "")),
            "its __metadata__ is no map of texts" + damaged);
  EXPECT_EQ(error_of(file_of(R"({"a":{"dtype":"F32","shape":[1]}})", "abcd")),
            "its tensor 'a' has no dtype, shape and data_offsets" + damaged);
  EXPECT_EQ(error_of(file_of(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "abcd")),
            "its tensor 'a' has no dtype, shape and data_offsets" + damaged);
  EXPECT_EQ(error_of(file_of(R"({"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", "abcd")),
            "its tensor 'a' holds 'BF16', not 32-bit floats; convert it to F32");
  const std::string another = "its tensor 'a' takes another number of bytes than its shape says";
  EXPECT_EQ(error_of(file_of(fmt::format(R"({{"a":{}}})", tensor("[3]", 0, 8)), eight)),
            another + damaged);
  EXPECT_EQ(error_of(file_of(fmt::format(R"({{"a":{}}})", tensor("[1]", 8, 4)), eight)),
            another + damaged);
  // 2^62 floats of 4 bytes are 2^64 bytes: 0, for those who do not look.
  EXPECT_EQ(
      error_of(file_of(fmt::format(R"({{"a":{}}})", tensor("[2147483648,2147483648]", 0, 0)), "")),
      another + damaged);
  EXPECT_EQ(error_of(file_of(fmt::format(R"({{"a":{},"b":{}}})", t, t), eight)),
            "its tensor 'b' does not begin where the one before it ends" + damaged);
  EXPECT_EQ(error_of(file_of(fmt::format(R"({{"a":{}}})", t), eight)),
            "has 8 bytes of numbers where its header says 4" + damaged);
  EXPECT_EQ(error_of(file_of(fmt::format(R"({{"a":{}}})", t), "ab")),
            "has 2 bytes of numbers where its header says 4" + damaged);
  EXPECT_EQ(error_of(file_of(fmt::format(R"({{"a":{}}})", t), "abcd")), "read");
}

TEST_F(DamagedSafetensors, AreAlsoThoseThatAreNotThere) {
  const auto path = folder_.path() / "no.safetensors";
  try {
    read_safetensors(path);
    ADD_FAILURE() << "read";
  } catch (const DataError& error) {
    EXPECT_EQ(error.what(), path.string() +
                                ": cannot be read; check that the file exists and that you may "
                                "read it");
  }
}

}  // namespace
}  // namespace hpsearch::nn

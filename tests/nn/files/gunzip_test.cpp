#include "nn/files/gunzip.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/nn/files/idx_files.h"

namespace hpsearch::nn {
namespace {

using test::gzip;
using test::noise;

// What comes out of `bytes` if it is `size` bytes long; "refused" otherwise.
std::string unpacked(const std::string& bytes, std::size_t size) {
  std::vector<std::uint8_t> out(size);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return gunzip_exactly({data, bytes.size()}, out) ? std::string(out.begin(), out.end())
                                                   : "refused";
}

TEST(Gunzip, UndoesWhatZlibHasMade) {
  for (const std::string& text : {std::string(), std::string("abc"), noise(100'000),
                                  std::string(100'000, 'x') + noise(1000)}) {
    EXPECT_EQ(unpacked(gzip(text), text.size()), text);
  }
}

TEST(Gunzip, RefusesAnotherSizeAndWhatIsNotOneMember) {
  const std::string bytes = gzip("abcdef");
  EXPECT_EQ(unpacked(bytes, 5), "refused");
  EXPECT_EQ(unpacked(bytes, 7), "refused");
  EXPECT_EQ(unpacked(bytes + gzip(""), 6), "refused");
  EXPECT_EQ(unpacked(gzip("abc") + gzip("def"), 6), "refused");
  EXPECT_EQ(unpacked(bytes + "x", 6), "refused");
  EXPECT_EQ(unpacked("", 0), "refused");
  EXPECT_EQ(unpacked("abcdef", 6), "refused");
}

TEST(Gunzip, RefusesDataThatIsCutOff) {
  const std::string text = noise(200);
  const std::string bytes = gzip(text);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_EQ(unpacked(bytes.substr(0, n), text.size()), "refused") << n;
  }
}

// Some bits mean nothing, those that fill a block's last byte for one: then the text is as it was.
TEST(Gunzip, GivesNothingButTheTextWhereABitIsWrong) {
  const std::string text = noise(200) + std::string(500, 'x');
  const std::string bytes = gzip(text);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string wrong = bytes;
    wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ 1 << bit % 8);
    const std::string out = unpacked(wrong, text.size());
    EXPECT_TRUE(out == text || out == "refused") << bit;
    refused += out == "refused" ? 1U : 0U;
    if (bit >= 8 * (bytes.size() - 8)) {  // the check sum and the size
      EXPECT_EQ(out, "refused") << bit;
    }
  }
  EXPECT_GT(refused, 6 * bytes.size()) << "most bits mean something";
}

}  // namespace
}  // namespace hpsearch::nn

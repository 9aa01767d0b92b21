// Cutting and lower-casing text by bytes. reports and runner test the rest through what they print.
#include "nn/base/utf8.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hpsearch {
namespace {

TEST(Utf8, CutsBetweenCharactersOnly) {
  // One, two, three and four bytes, then a byte that begins no character.
  const std::vector<std::string> characters{"a",    "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x8E\xB2",
                                            "\xFF", "z"};
  std::string text;
  for (const std::string& c : characters) {
    text += c;
  }
  for (std::size_t bytes = 0; bytes <= text.size() + 1; ++bytes) {
    std::string expected;
    for (const std::string& c : characters) {
      if (expected.size() + c.size() > bytes) {
        break;
      }
      expected += c;
    }
    EXPECT_EQ(cut_utf8(text, bytes), expected) << bytes;
  }
  EXPECT_EQ(cut_utf8("", 0), "");
}

TEST(Utf8, CutsATruncatedSequenceByteByByte) {
  EXPECT_EQ(cut_utf8("\xE2\x82", 1), "\xE2");
  EXPECT_EQ(cut_utf8("a\xE2\x82", 2), "a\xE2");
}

TEST(Utf8, LowersAsciiLettersAlone) {
  std::string all;
  std::string expected;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
    expected += static_cast<char>(byte >= 65 && byte <= 90 ? byte + 32 : byte);
  }
  EXPECT_EQ(lower_ascii(all), expected);
  EXPECT_EQ(lower_ascii("\xC3\x89T\xC3\x89"), "\xC3\x89t\xC3\x89");
  static_assert(lower_ascii('A') == 'a' && lower_ascii('Z') == 'z' && lower_ascii('[') == '[');
}

}  // namespace
}  // namespace hpsearch

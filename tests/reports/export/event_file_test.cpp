#include "reports/export/event_file.h"

#include <string>

#include <gtest/gtest.h>

namespace hpsearch::reports {
namespace {

// RFC 3720, appendix B.4, and the usual check value.
TEST(Crc32c, IsThatOfTheStandard) {
  std::string ascending;
  for (int i = 0; i < 32; ++i) {
    ascending += static_cast<char>(i);
  }
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c(ascending), 0x46DD794EU);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(""), 0U);
}

// The examples of the encoding's documentation.
TEST(ProtoMessage, HasTheBytesOfTheFormat) {
  EXPECT_EQ(ProtoMessage().integer(1, 150).bytes(), "\x08\x96\x01");
  EXPECT_EQ(ProtoMessage().text(2, "testing").bytes(), "\x12\x07testing");
  EXPECT_EQ(ProtoMessage().message(3, ProtoMessage().integer(1, 150)).bytes(),
            "\x1a\x03\x08\x96\x01");
  EXPECT_EQ(ProtoMessage().integer(4, -2).bytes(), "\x20\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  EXPECT_EQ(ProtoMessage().real(1, 1.0).bytes(), std::string("\x09\0\0\0\0\0\0\xf0\x3f", 9));
  EXPECT_EQ(ProtoMessage().small_real(16, 1.0F).bytes(), std::string("\x85\x01\0\0\x80\x3f", 6));
}

TEST(TfRecord, HasLengthDataAndTheirChecksums) {
  const std::string record = tf_record("123456789");
  ASSERT_EQ(record.size(), 8U + 4 + 9 + 4);
  EXPECT_EQ(record.substr(0, 8), std::string("\x09\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 9), "123456789");
  // ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) mod 2^32, little-endian.
  EXPECT_EQ(record.substr(21), "\xe5\xb0\x8a\xc7");
}

}  // namespace
}  // namespace hpsearch::reports

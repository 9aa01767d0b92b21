#include "nn/base/sha256.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

// FIPS 180-4's examples: "abc", the empty message, and a million times "a".
constexpr std::string_view kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kEmpty =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kMillion =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(sha256_hex("abc"), kAbc);
  EXPECT_EQ(sha256_hex(""), kEmpty);
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')), kMillion);
}

TEST(Sha256, GivesTheSameDigestForPieces) {
  Sha256 sum;
  sum.update("a");
  sum.update(std::as_bytes(std::span(std::string_view("bc"))));
  EXPECT_EQ(sum.hex(), kAbc);
}

TEST(Sha256, GoesOnAfterADigestAndAfterAMove) {
  Sha256 sum;
  EXPECT_EQ(sum.hex(), kEmpty);
  sum.update("ab");
  EXPECT_EQ(sum.hex(), sha256_hex("ab"));
  Sha256 moved = std::move(sum);
  moved.update("c");
  EXPECT_EQ(moved.hex(), kAbc);
}

}  // namespace
}  // namespace hpsearch::nn

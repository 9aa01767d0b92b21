#include "storage/location.h"

#include <gtest/gtest.h>

namespace hpsearch::storage {
namespace {

TEST(Location, KnowsUrlsFromFiles) {
  EXPECT_TRUE(is_url("postgresql://host/name"));
  EXPECT_TRUE(is_url("postgres://"));
  EXPECT_FALSE(is_url("hpsearch.db"));
  EXPECT_FALSE(is_url("postgresql:/host/name"));
  EXPECT_FALSE(is_url("./postgresql://host/name"));
  EXPECT_EQ(without_password("a:b@c.db"), "a:b@c.db") << "a file";
}

TEST(Location, TakesThePasswordOutOfAUrl) {
  const struct {
    const char* given;
    const char* left;
    const char* password;
  } kCases[] = {
      {"postgresql://me:secret@host:5433/name", "postgresql://me@host:5433/name", "secret"},
      {"postgres://me:p%40ss%2fword@host/name", "postgres://me@host/name", "p@ss/word"},
      {"postgresql://me:a:b@c@host/name", "postgresql://me@host/name", "a:b@c"},
      {"postgresql://me:@host/name", "postgresql://me@host/name", ""},
      {"postgresql://me:x@[::1]:5432/name", "postgresql://me@[::1]:5432/name", "x"},
      {"postgresql://host/a?password=secret", "postgresql://host/a", "secret"},
      {"postgresql://host/b?user=me&password=s%20t&sslmode=require",
       "postgresql://host/b?user=me&sslmode=require", "s t"},
      {"postgresql://host/c?password=s&user=me", "postgresql://host/c?user=me", "s"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(without_password(one.given), one.left) << one.given;
    EXPECT_EQ(kept_password(one.left), one.password) << one.given;
  }
}

TEST(Location, LeavesAUrlWithoutPasswordAsItIs) {
  for (const char* url :
       {"postgresql://me@host:5432/plain", "postgresql://host:5432/plain", "postgresql:///plain",
        "postgresql://[::1]:5432/plain", "postgresql://host/plain?passfile=x:y@z",
        "postgresql:///plain?host=/tmp/a:b@c&port=1"}) {
    EXPECT_EQ(without_password(url), url);
    EXPECT_FALSE(kept_password(url)) << url;
  }
}

}  // namespace
}  // namespace hpsearch::storage

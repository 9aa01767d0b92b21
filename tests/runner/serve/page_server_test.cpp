#include "runner/serve/page_server.h"

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

TEST(PageServer, TrustsNumbersOfAddressesAndThisMachinesNamesAlone) {
  for (const char* host : {"127.0.0.1:8265", "127.0.0.1", "localhost:1", "LocalHost", "[::1]:8265",
                           "192.168.1.7:80", "box:8265", "BOX"}) {
    EXPECT_TRUE(is_trusted_host(host, "box")) << host;
  }
  for (const char* host : {"", "evil.example:8265", "localhost.evil.example",
                           "127.0.0.1.evil.example", "box.evil.example", "1e2.example", "[::1"}) {
    EXPECT_FALSE(is_trusted_host(host, "box")) << host;
  }
}

}  // namespace
}  // namespace hpsearch::runner

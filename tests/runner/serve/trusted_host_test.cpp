#include "runner/serve/trusted_host.h"

#include <string>

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

TEST(TrustedHost, AreAddressesAndThisMachinesNamesAlone) {
  for (const char* host : {"127.0.0.1:8265", "127.0.0.1", "localhost:1", "LocalHost", "[::1]:8265",
                           "[::1]", "[fe80::1]:80", "192.168.1.7:80", "box:8265", "BOX"}) {
    EXPECT_TRUE(is_trusted_host(host, "box")) << host;
  }
  for (const char* host :
       {"", "evil.example:8265", "localhost.evil.example", "127.0.0.1.evil.example",
        "box.evil.example", "1e2.example", "evil", "notlocalhost", "box2", "bo"}) {
    EXPECT_FALSE(is_trusted_host(host, "box")) << host;
  }
}

TEST(TrustedHost, BracketsHoldAnIpv6AddressAndNothingFollowsThemButAPort) {
  for (const char* host :
       {"[evil].com", "[evil]", "[::1].evil.com", "[::1]evil.com", "[::1]:80.evil.com", "[::1",
        "::1", "[]", "[127.0.0.1]", "[localhost]", "[::1]]", "[[::1]]", "[::1%eth0]", "[box]"}) {
    EXPECT_FALSE(is_trusted_host(host, "box")) << host;
  }
}

TEST(TrustedHost, NumbersAreWholeAddresses) {
  for (const char* host : {".", "..", "1.", "1.2.3", "127.1", "1.2.3.4.", ".1.2.3.4", "1.2.3.4.5",
                           "256.1.1.1", "1.2.3.x", "0x7f.0.0.1", "2130706433"}) {
    EXPECT_FALSE(is_trusted_host(host, "box")) << host;
  }
}

TEST(TrustedHost, NothingHidesBehindThem) {
  using std::string_literals::operator""s;
  for (const std::string& host :
       {"localhost\0.evil.com"s, "127.0.0.1\0.evil.com"s, "[::1\0.evil.com]"s, "localhost\0"s,
        "\0"s, " localhost"s, "localhost "s, "localhost."s, "evil@localhost"s, "localhost@evil"s,
        "localhost/"s, "localhost,evil"s, "127.0.0.1\t"s}) {
    EXPECT_FALSE(is_trusted_host(host, "box")) << host;
  }
}

TEST(TrustedHost, PortsAreNumbers) {
  for (const char* host :
       {"localhost:", "localhost:x", "localhost:80.evil.com", "localhost:80:evil", "localhost:-1",
        "localhost:65536", "localhost:99999999999999999999", "localhost:+80",
        "[::1]:", "127.0.0.1: 80", ":80"}) {
    EXPECT_FALSE(is_trusted_host(host, "box")) << host;
  }
  EXPECT_TRUE(is_trusted_host("localhost:65535", "box"));
}

TEST(TrustedHost, AMachineWithoutANameAddsNone) {
  EXPECT_FALSE(is_trusted_host("", ""));
  EXPECT_FALSE(is_trusted_host(":80", ""));
  EXPECT_TRUE(is_trusted_host("localhost", ""));
}

}  // namespace
}  // namespace hpsearch::runner

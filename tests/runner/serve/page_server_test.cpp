#include "runner/serve/page_server.h"

#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"
#include "tests/runner/serve/http_client.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// A page server of a database, until the end of the test.
class Served {
 public:
  explicit Served(const std::filesystem::path& database) {
    const auto address = std::make_shared<std::promise<std::string>>();
    thread_ = std::jthread([this, address, database](const std::stop_token& stop) {
      ServerEvents events;
      events.ready = [&](const std::string& text) { address->set_value(text); };
      events.trouble = [this](const std::string& cause) {
        const std::lock_guard lock(mutex_);
        causes_.push_back(cause);
      };
      serve_pages({database}, stop, events);
    });
    const std::string text = address->get_future().get();
    port_ = std::stoi(text.substr(text.rfind(':') + 1));
  }

  int port() const { return port_; }
  std::vector<std::string> causes() {
    const std::lock_guard lock(mutex_);
    return causes_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> causes_;
  int port_ = 0;
  std::jthread thread_;
};

class PageServer : public testing::Test {
 protected:
  PageServer() { EXPECT_EQ(folder.run({"--quiet"}).code, 0); }
  std::filesystem::path database() const { return folder.path() / "hpsearch.db"; }

  RunFolder folder{small_sweep(2)};
};

TEST_F(PageServer, AnswersWithThePageAndTheSweepsData) {
  const Served server(database());
  EXPECT_THAT(http_get(server.port(), "/"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Security-Policy"),
                    HasSubstr("<!doctype html>")));
  const std::string data = http_get(server.port(), "/api/sweep");
  EXPECT_THAT(data, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("\"name\":\"small\"")));
  EXPECT_EQ(http_get(server.port(), "/api/sweep?name=small").size(), data.size());
  EXPECT_THAT(http_get(server.port(), "/api/compare?a=small&b=small"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(http_get(server.port(), "/api/sweep?name=none"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(http_get(server.port(), "/none"), StartsWith("HTTP/1.1 404"));
  const std::string tag = data.substr(data.find("ETag: ") + 6);
  EXPECT_THAT(http_get(server.port(), "/api/sweep", "localhost",
                       "If-None-Match: " + tag.substr(0, tag.find('\r')) + "\r\n"),
              StartsWith("HTTP/1.1 304"));
}

TEST_F(PageServer, AnswersOneTrustedNameAndNoOtherMethod) {
  using std::string_literals::operator""s;
  const Served server(database());
  for (const std::string& host :
       {"evil.com"s, "[evil].com"s, "[::1].evil.com"s, "."s, ""s, "localhost\r\nHost: evil.com"s}) {
    EXPECT_THAT(http_get(server.port(), "/", host),
                AllOf(StartsWith("HTTP/1.1 403"), Not(HasSubstr("<html"))))
        << host;
  }
  for (const std::string& host : {"localhost\0"s, "localhost\0.evil.com"s, "\0localhost"s}) {
    EXPECT_THAT(http_get(server.port(), "/", host), StartsWith("HTTP/1.1 400"));
  }
  const HttpClient nameless(server.port());
  nameless.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(nameless.read_all(), HasSubstr("403"));
  const HttpClient poster(server.port());
  poster.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_THAT(poster.read_all(), StartsWith("HTTP/1.1 405"));
}

TEST_F(PageServer, SlowClientsKeepNobodyWaiting) {
  const Served server(database());
  std::vector<HttpClient> slow;
  for (int i = 0; i < 50; ++i) {
    slow.emplace_back(server.port());
    slow.back().send("GET / HTTP/1.1\r\nHo");
  }
  EXPECT_THAT(http_get(server.port(), "/"), StartsWith("HTTP/1.1 200"));
}

// Neither the text of an exception nor what the database holds reaches a client.
TEST_F(PageServer, SaysOnlyThatDamagedContentCannotBeShown) {
  const char* const kSentence = "this cannot be shown; the terminal of hpsearch serve says why";
  for (const std::string sql :
       {"UPDATE stages SET space_json = '{secret'", "UPDATE stages SET space_json = '[1]'",
        "UPDATE stages SET space_json = '{\"l2\":{\"min\":\"secret\",\"max\":1}}'",
        "UPDATE trials SET params_json = 'secret'",
        "UPDATE trials SET params_json = '{\"l2\":18446744073709551615}'"}) {
    std::filesystem::copy_file(database(), folder.path() / "damaged.db",
                               std::filesystem::copy_options::overwrite_existing);
    test::query(folder.path() / "damaged.db", sql);
    Served server(folder.path() / "damaged.db");
    const std::string response = http_get(server.port(), "/api/sweep");
    EXPECT_THAT(response, AllOf(StartsWith("HTTP/1.1 500"), HasSubstr(kSentence),
                                Not(HasSubstr("secret")), Not(HasSubstr("exception")),
                                Not(HasSubstr("EXCEPTION")), Not(HasSubstr("json"))))
        << sql;
    ASSERT_EQ(server.causes().size(), 1U) << sql;
    EXPECT_THAT(server.causes().front(),
                AllOf(HasSubstr("damaged.db: the parameters or ranges that are stored for sweep "
                                "'small' are damaged"),
                      Not(HasSubstr("exception"))));
    http_get(server.port(), "/api/sweep");
    EXPECT_EQ(server.causes().size(), 1U) << "the same cause again";
  }
}

// Events that cannot be read count as absent (storage/events.h).
TEST_F(PageServer, ShowsSweepsWithDamagedEvents) {
  test::query(database(),
              "UPDATE events SET detail_json = '{\"stage\":\"secret\"}' WHERE kind = "
              "'stage_started'");
  Served server(database());
  EXPECT_THAT(http_get(server.port(), "/api/sweep"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(server.causes(), IsEmpty());
}

TEST_F(PageServer, SaysOnlyThatADatabaseCannotBeReadNow) {
  std::filesystem::copy_file(database(), folder.path() / "newer.db");
  test::query(folder.path() / "newer.db", "PRAGMA user_version = 99");
  Served server(database());
  std::filesystem::rename(folder.path() / "newer.db", database());
  EXPECT_THAT(http_get(server.port(), "/api/sweep"),
              AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("the database cannot be read now"),
                    Not(HasSubstr("schema"))));
  EXPECT_THAT(server.causes(), testing::ElementsAre(HasSubstr("written by a newer hpsearch")));
}

// The program, which must say at once what it cannot show.
class ServeCommand : public PageServer {
 protected:
  void expect_refusal(const std::string& name, const std::string& sentence) {
    const auto result = test::run_hpsearch(folder.path(), {"serve", "--port", "0", "--db", name});
    EXPECT_EQ(result.code, 1) << name;
    EXPECT_THAT(result.err, HasSubstr(sentence));
    EXPECT_THAT(result.out, IsEmpty());
  }
};

TEST_F(ServeCommand, RefusesToStartOnWhatItCannotShow) {
  folder.write("table.csv", "a,b\n1,2\n");
  test::query(folder.write("other.db", ""), "CREATE TABLE t(x)");
  std::filesystem::copy_file(database(), folder.path() / "newer.db");
  test::query(folder.path() / "newer.db", "PRAGMA user_version = 99");
  std::filesystem::copy_file(database(), folder.path() / "damaged.db");
  test::query(folder.path() / "damaged.db", "DROP TABLE sweeps");
  expect_refusal("newer.db", "written by a newer hpsearch");
  expect_refusal("other.db", "belongs to another program");
  expect_refusal("table.csv", "not an SQLite database");
  expect_refusal(".", "is a folder");
  expect_refusal("missing/x.db", "does not exist");
  expect_refusal("table.csv/x.db", "does not exist");
  expect_refusal("damaged.db", "no such table");
}

TEST_F(ServeCommand, StartsBeforeTheFirstSweep) {
  folder.write("empty.db", "");
  for (const char* name : {"new.db", "empty.db"}) {
    const Served server(folder.path() / name);
    EXPECT_THAT(http_get(server.port(), "/"), StartsWith("HTTP/1.1 200"));
  }
}

}  // namespace
}  // namespace hpsearch::runner

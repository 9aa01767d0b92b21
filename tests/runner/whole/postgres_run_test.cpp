// The real program on databases of a PostgreSQL server, which the test starts for itself.

#include <csignal>
#include <memory>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"
#include "tests/support/postgres_server.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

using Words = std::vector<std::string>;

// A sweep that trains some seconds with one worker.
std::string middling_sweep() {
  return "name: middling\n"
         "seed: 5\n"
         "run_cap: 24\n"
         "dataset: {source: digits}\n"
         "model: {hidden: [48]}\n"
         "training: {epochs: 12, batch_size: 16}\n"
         "checkpoints: {every: 3}\n"
         "parameters:\n"
         "  learning_rate: {min: 1e-4, max: 0.1, scale: log}\n"
         "  l2: {min: 1e-6, max: 1e-2, scale: log}\n";
}

class PostgresRun : public testing::Test {
 protected:
  void SetUp() override {
#ifdef HPSEARCH_HAS_POSTGRES
    server = test::PostgresServer::start_another();
#endif
    if (!server) {
      GTEST_SKIP() << "PostgreSQL is not installed";
    }
    url = server->new_database();
  }

  // In the folder, with the database in the environment.
  test::ProcessResult hpsearch(const RunFolder& folder, const Words& arguments) const {
    return test::run_hpsearch(folder.path(), arguments, environment());
  }
  std::unique_ptr<test::Process> start(const RunFolder& folder, const Words& more) const {
    Words words{"run", "sweep.yaml", "--workers", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return std::make_unique<test::Process>(folder.path(), words, environment());
  }
  std::vector<std::pair<std::string, std::string>> environment() const {
    return {{"HPSEARCH_DB", url}, {"HPSEARCH_LEASE_SECONDS", "3"}};
  }
  std::string row(const std::string& sql) const {
    return server->row(url, sql);
  }
  std::string digest(const RunFolder& folder) const {
    const std::string out = hpsearch(folder, {"report"}).out;
    const std::size_t at = out.find("digest: ");
    return at == std::string::npos ? out : out.substr(at + 8, 16);
  }
  bool has_epochs(int count) const {
    const std::string text = row("SELECT count(*) FROM epochs");
    return !text.empty() && std::stoi(text) >= count;
  }
  // All trials are complete, once, and what they found is what one process finds in a file.
  void expect_whole(const RunFolder& folder, const std::string& yaml) const {
    const RunFolder alone(yaml);
    ASSERT_EQ(alone.run().code, 0);
    EXPECT_EQ(digest(folder), alone.digest());
    EXPECT_EQ(row("SELECT state || ' ' || stop_reason FROM sweeps"), "complete run_cap");
    EXPECT_EQ(row("SELECT count(*) || ' ' || sum(epochs_done) FROM trials WHERE state = "
                  "'complete'"),
              alone.query("SELECT count(*) || ' ' || sum(epochs_done) FROM trials"));
    EXPECT_EQ(row("SELECT count(*) FROM epochs"), alone.query("SELECT count(*) FROM epochs"));
    EXPECT_EQ(row("SELECT count(*) FROM members"), "0");
    EXPECT_EQ(row("SELECT count(*) FROM checkpoints"), "0");
  }

  std::unique_ptr<test::PostgresServer> server;
  std::string url;
};

TEST_F(PostgresRun, FindsWhatARunInAFileFinds) {
  const std::string yaml = small_sweep(8, "method: tpe\n");
  const RunFolder folder(yaml);
  const auto run = hpsearch(folder, {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_EQ(run.code, 0) << run.err;
  expect_whole(folder, yaml);
  EXPECT_THAT(hpsearch(folder, {"list"}).out, HasSubstr("small"));
  EXPECT_THAT(hpsearch(folder, {"show", "0"}).out, HasSubstr("learning_rate"));
  const auto chosen = hpsearch(folder, {"report", "--where", "val_accuracy > 0.1 AND trial < 5"});
  EXPECT_EQ(chosen.code, 0) << chosen.err;
  const auto unknown = hpsearch(folder, {"report", "--where", "val_acuracy > 0.1"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("unknown column 'val_acuracy'"));
  const auto again = hpsearch(folder, {"run", "sweep.yaml"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("sweep 'small' is already complete"));
  EXPECT_EQ(row("SELECT count(*) FROM \"trials_small\" WHERE dropout BETWEEN 0 AND 0.5"), "8");
  EXPECT_EQ(row("SELECT rank || ' ' || (value = (SELECT max(value) FROM trials)) FROM "
                "best_trials"),
            "1 true");
}

TEST_F(PostgresRun, GivesOtherHostsTheWinnerAndFilesTheSweep) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(hpsearch(folder, {"run", "sweep.yaml"}).code, 0);
  const RunFolder other(small_sweep());  // another working folder stands for another host
  const auto page = hpsearch(other, {"report", "--html", "page.html"});
  EXPECT_EQ(page.code, 0) << page.err;
  const auto exported = hpsearch(other, {"export", "--db-copy", "copy.db"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  const std::string there = other.report({"--db", "copy.db"}).out;
  EXPECT_THAT(there, HasSubstr("digest: " + digest(folder)));
  EXPECT_EQ(test::query(other.path() / "copy.db", "SELECT count(*) FROM artifacts"),
            row("SELECT count(*) FROM artifacts"));
  EXPECT_EQ(test::query(other.path() / "copy.db",
                        "SELECT count(DISTINCT typeof(value)) || min(typeof(value)) FROM params"),
            "1real");
  EXPECT_FALSE(other.read("copy.db.files/sweep1/best.safetensors").empty());
  // And back into a further database of the server.
  const std::string second = server->new_database();
  const auto merged = hpsearch(other, {"merge", second, "copy.db"});
  ASSERT_EQ(merged.code, 0) << merged.err;
  EXPECT_THAT(hpsearch(other, {"report", "--db", second}).out,
              HasSubstr("digest: " + digest(folder)));
}

TEST_F(PostgresRun, QueuesTrialsAndTrainsThem) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(hpsearch(folder, {"run", "sweep.yaml", "--trials", "2"}).code, 0);
  const auto queued =
      hpsearch(folder, {"enqueue", "learning_rate=0.05", "l2=0.0001", "dropout=0.25"});
  ASSERT_EQ(queued.code, 0) << queued.err;
  const auto retried = hpsearch(folder, {"retry", "0"});
  EXPECT_EQ(retried.code, 2) << "it has not failed";
  ASSERT_EQ(hpsearch(folder, {"run", "sweep.yaml"}).code, 0);
  EXPECT_EQ(row("SELECT count(*) FROM trials WHERE state = 'complete' AND origin = 'enqueued'"),
            "1");
  EXPECT_EQ(row("SELECT attempt FROM trials WHERE number = 0"), "1");
}

// Three processes; one is killed at some moment and another one comes instead, six times.
TEST_F(PostgresRun, GoesOnWithTheTrialsOfKilledProcesses) {
  const RunFolder folder(middling_sweep());
  std::vector<std::unique_ptr<test::Process>> processes;
  for (int i = 0; i < 3; ++i) {
    processes.push_back(start(folder, {"--join"}));
  }
  std::mt19937 random(7);
  int seen = 0;
  for (int round = 0; round < 6; ++round) {
    seen += 9 + static_cast<int>(random() % 20);
    processes[0]->wait_until([&] { return has_epochs(seen); });
    auto& killed = processes[random() % processes.size()];
    killed->signal(SIGKILL);
    killed->wait();
    killed = start(folder, {"--join"});
  }
  for (const auto& process : processes) {
    const auto result = process->wait();
    EXPECT_EQ(result.code, 0) << result.err;
  }
  EXPECT_EQ(row("SELECT max(attempt) > 1 FROM trials"), "t") << "no kill met a training";
  expect_whole(folder, middling_sweep());
}

// One is stopped beyond its lease. What it then says of its old attempts nobody hears.
TEST_F(PostgresRun, FencesAProcessThatWakesUpAfterItsLease) {
  const RunFolder folder(middling_sweep());
  const auto sleeper = start(folder, {"--join"});
  ASSERT_TRUE(sleeper->wait_until([&] { return has_epochs(5); }));
  sleeper->signal(SIGSTOP);
  const auto other = start(folder, {"--join"});
  ASSERT_TRUE(other->wait_until(
      [&] { return row("SELECT count(*) FROM trials WHERE attempt > 1") == "1"; }));
  sleeper->signal(SIGCONT);
  for (const auto* process : {sleeper.get(), other.get()}) {
    const auto result = const_cast<test::Process*>(process)->wait();
    EXPECT_EQ(result.code, 0) << result.err;
  }
  EXPECT_EQ(row("SELECT count(*) FROM (SELECT 1 FROM epochs GROUP BY trial_id, replicate HAVING "
                "max(epoch) <> count(*)) AS broken"),
            "0");
  expect_whole(folder, middling_sweep());
}

TEST_F(PostgresRun, OutlivesACrashOfTheServer) {
  const RunFolder folder(middling_sweep());
  std::vector<std::unique_ptr<test::Process>> processes;
  for (int i = 0; i < 2; ++i) {
    processes.push_back(start(folder, {"--join"}));
  }
  ASSERT_TRUE(processes[0]->wait_until([&] { return has_epochs(20); }));
  server->stop_at_once();
  server->start();
  for (const auto& process : processes) {
    const auto result = process->wait();
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("the connection was lost"), HasSubstr("connected again")));
  }
  expect_whole(folder, middling_sweep());
}

TEST_F(PostgresRun, SixteenProcessesMayStartAtOnceOnAnEmptyDatabase) {
  const RunFolder folder(small_sweep(24));
  std::vector<std::unique_ptr<test::Process>> processes;
  for (int i = 0; i < 16; ++i) {
    processes.push_back(start(folder, {"--join"}));
  }
  for (const auto& process : processes) {
    const auto result = process->wait();
    EXPECT_EQ(result.code, 0) << result.err;
  }
  EXPECT_EQ(row("SELECT count(*) FROM sweeps"), "1");
  EXPECT_EQ(row("SELECT count(*) FROM events WHERE kind = 'run_ended'"), "1");
  expect_whole(folder, small_sweep(24));
}

TEST_F(PostgresRun, IsAloneUnlessItJoinsAndStopsWhereverItIsAsked) {
  const RunFolder folder(long_sweep());
  const auto alone = start(folder, {});
  ASSERT_TRUE(alone->wait_until([&] { return has_epochs(1); }));
  const auto refused = hpsearch(folder, {"run", "sweep.yaml"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("sweep 'long' is being run by process "));
  const auto unshared = hpsearch(folder, {"run", "sweep.yaml", "--join"});
  EXPECT_EQ(unshared.code, 1);
  EXPECT_THAT(unshared.err, HasSubstr("without --join, so that no other process can join it"));
  const RunFolder other(long_sweep());
  const auto stop = hpsearch(other, {"stop"});
  EXPECT_EQ(stop.code, 0) << stop.err;
  EXPECT_THAT(stop.out, MatchesRegex("long: interrupted, [0-9]+ of 400 trials done\n"));
  EXPECT_EQ(alone->wait().code, 130);
  EXPECT_EQ(row("SELECT count(*) FROM trials WHERE state = 'running'"), "0");
}

TEST_F(PostgresRun, SaysWhatIsWrongAndNoPassword) {
  const RunFolder folder(small_sweep());
  const std::string tcp = server->by_tcp(url);
  const std::string port = tcp.substr(tcp.rfind(':'), tcp.rfind('/') - tcp.rfind(':'));
  const std::string secret = "wrong-secret-99";
  const struct {
    std::string url;
    std::string says;
  } kCases[] = {
      {"postgresql://hp:" + secret + "@127.0.0.1" + port + "/test0",
       "password authentication failed"},
      {"postgresql://hp@127.0.0.1" + port + "/test0?password=" + secret,
       "password authentication failed"},
      {tcp, "~/.pgpass"},
      {"postgresql://hp:" + secret + "@no-such-host.invalid/test0", "check the host in the URL"},
      {"postgresql://hp:" + secret + "@127.0.0.1:1/test0", "that the server runs"},
      {"postgresql:///nothing" + url.substr(url.find('?')), "name another database"},
  };
  for (const auto& one : kCases) {
    for (const Words& verb : {Words{"run", "sweep.yaml"}, Words{"report"}, Words{"stop"}}) {
      Words words = verb;
      words.insert(words.end(), {"--db", one.url});
      const auto result = hpsearch(folder, words);
      EXPECT_EQ(result.code, 1) << one.url;
      EXPECT_THAT(result.err,
                  AllOf(HasSubstr("postgresql://"), HasSubstr(one.says), Not(HasSubstr(secret))));
    }
  }
  EXPECT_THAT(hpsearch(folder, {"report"}).err, HasSubstr("this database is empty"));
}

TEST_F(PostgresRun, TakesAPasswordFromTheUrlAndWritesItNowhere) {
  const RunFolder folder(small_sweep());
  std::string with_password = server->by_tcp(url);
  with_password.insert(with_password.find('@'), std::string(":") + test::PostgresServer::kPassword);
  const auto run = hpsearch(folder, {"run", "sweep.yaml", "--trials", "2", "--db", with_password});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out + run.err, AllOf(HasSubstr("postgresql://hp@127.0.0.1"),
                                       Not(HasSubstr(test::PostgresServer::kPassword))));
  EXPECT_EQ(row("SELECT count(*) FROM sweeps s, events e WHERE s.host_json || s.config_yaml || "
                "e.detail_json LIKE '%sesame%'"),
            "0");
}

TEST_F(PostgresRun, RefusesNewerTablesOtherTablesAndUsersWhoMayMakeNone) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(hpsearch(folder, {"run", "sweep.yaml", "--trials", "1"}).code, 0);
  row("INSERT INTO migrations VALUES (9999, 'x', 'x')");
  const auto newer = hpsearch(folder, {"report"});
  EXPECT_EQ(newer.code, 1);
  EXPECT_THAT(newer.err, HasSubstr("written by a newer hpsearch"));
  const std::string foreign = server->new_database();
  server->row(foreign, "CREATE TABLE sweeps(x INTEGER)");
  const auto others = hpsearch(folder, {"run", "sweep.yaml", "--db", foreign});
  EXPECT_EQ(others.code, 1);
  EXPECT_THAT(others.err, HasSubstr("tables of another program"));
  const std::string bare = server->new_database();
  server->row(bare, "CREATE ROLE guest LOGIN");
  server->row(bare, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  std::string as_guest = bare;
  as_guest.replace(as_guest.find("user=hp"), 7, "user=guest");
  const auto guest = hpsearch(folder, {"run", "sweep.yaml", "--db", as_guest});
  EXPECT_EQ(guest.code, 1);
  EXPECT_THAT(guest.err, AllOf(HasSubstr("permission denied"), HasSubstr("GRANT CREATE")));
}

}  // namespace
}  // namespace hpsearch::runner

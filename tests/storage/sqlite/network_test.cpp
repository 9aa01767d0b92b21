// Databases on network file systems, which a mock of statfs(2) makes of the folder of a test.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/error.h"
#include "storage/sqlite/file_system.h"
#include "storage/wait_notice.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::int64_t kNfs = 0x6969;
constexpr std::int64_t kExt4 = 0xEF53;
constexpr std::int64_t kFuse = 0x65735546;

class Probe {
 public:
  explicit Probe(std::int64_t number, const std::string& mount = "")
      : before_(set_file_system_probe({[number](const auto&) { return std::optional(number); },
                                       [mount](const auto&) { return mount; }})) {}
  ~Probe() { set_file_system_probe(before_); }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

 private:
  FileSystemProbe before_;
};

std::optional<std::string> name_of(std::int64_t number, const std::string& mount = "") {
  const Probe probe(number, mount);
  return network_file_system("x.db");
}

TEST(NetworkFileSystem, IsToldByItsNumber) {
  EXPECT_EQ(name_of(kNfs), "NFS");
  EXPECT_EQ(name_of(0x0BD00BD0), "Lustre");
  EXPECT_EQ(name_of(0xFF534D42), "CIFS");
  EXPECT_EQ(name_of(0x47504653), "GPFS");
  EXPECT_EQ(name_of(0x19830326), "BeeGFS");
  EXPECT_EQ(name_of(kExt4), std::nullopt);
}

TEST(NetworkFileSystem, OfFuseIsToldByItsMount) {
  EXPECT_EQ(name_of(kFuse, "fuse.sshfs"), "sshfs");
  EXPECT_EQ(name_of(kFuse, "fuse.gocryptfs"), std::nullopt);
}

TEST(NetworkFileSystem, IsNotThatOfThisMachinesTemporaryFolder) {
  const test::TempFolder folder;
  EXPECT_EQ(network_file_system(folder.path() / "x.db"), std::nullopt);
}

// Another process that has the database open for the lifetime of this object.
class OtherUser {
 public:
  explicit OtherUser(const std::filesystem::path& file) {
    std::array<int, 2> opened{};
    if (pipe(opened.data()) != 0 || pipe(leave_.data()) != 0) {
      throw std::runtime_error("no pipe");
    }
    child_ = fork();
    if (child_ == 0) {
      close(leave_[1]);
      const auto store = open_store(file, "1.0");
      char byte = '1';
      const bool told = ::write(opened[1], &byte, 1) == 1;
      const bool left = told && ::read(leave_[0], &byte, 1) == 0;  // the other end is closed
      _exit(left ? 0 : 1);
    }
    close(opened[1]);
    close(leave_[0]);
    char byte = 0;
    const bool ready = ::read(opened[0], &byte, 1) == 1;
    close(opened[0]);
    EXPECT_TRUE(ready);
  }
  ~OtherUser() {
    close(leave_[1]);
    waitpid(child_, nullptr, 0);
  }
  OtherUser(const OtherUser&) = delete;
  OtherUser& operator=(const OtherUser&) = delete;

 private:
  std::array<int, 2> leave_{};
  pid_t child_ = -1;
};

template <class Open>
std::string refusal(Open open) {
  try {
    open();
  } catch (const StoreError& error) {
    return error.what();
  }
  return "no error";
}

class NetworkDatabase : public testing::Test {
 protected:
  NetworkDatabase() {
    tell_of_waits([this](const std::string& sentence) { told.push_back(sentence); });
  }
  ~NetworkDatabase() override { tell_of_waits({}); }

  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "x.db";
  std::vector<std::string> told;
  Probe probe{kNfs};
};

TEST_F(NetworkDatabase, HasNoSharedMemoryAndOneConnection) {
  {
    const auto store = open_store(file, "1.0");
    const std::int64_t sweep = make_sweep(*store, "s").sweep_id;
    start_trial(*store, sweep, trial_start(0));
    record_epoch(*store, sweep, 0, epoch_record(1));
    EXPECT_TRUE(std::filesystem::exists(file.string() + "-wal"));
    EXPECT_FALSE(std::filesystem::exists(file.string() + "-shm"));
    const auto queries = open_queries(file);
    const Queries::Snapshot snapshot(*queries);
    EXPECT_THAT(queries->trials(sweep), SizeIs(1));
    end_trial(*store, sweep, trial_end(0, search::TrialState::kComplete, 0.5));
    EXPECT_EQ(queries->best("s")->value, 0.5);
  }
  EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal"));
  EXPECT_EQ(Sql(file).row("PRAGMA integrity_check"), "ok");
}

TEST_F(NetworkDatabase, IsRefusedToASecondProcessWithAWayOut) {
  {
    const OtherUser other(file);
    const auto says =
        AllOf(HasSubstr("x.db: another process has the database open"), HasSubstr("on NFS"),
              HasSubstr("--shard"), HasSubstr("local disk"), HasSubstr("database server"));
    EXPECT_THAT(refusal([&] { open_store(file, "1.0"); }), says);
    EXPECT_THAT(refusal([&] { open_queries(file); }), says);
  }
  EXPECT_EQ(refusal([&] { open_store(file, "1.0"); }), "no error");
}

TEST_F(NetworkDatabase, WarnsOnce) {
  // In a process of its own, since an earlier test of this one may have had the warning.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        open_store(file, "1.0");
        open_store(folder.path() / "y.db", "1.0");
        open_queries(file);
        for (const std::string& sentence : told) {
          std::fprintf(stderr, "<%s>", sentence.c_str());
        }
        std::_Exit(static_cast<int>(told.size()));
      },
      testing::ExitedWithCode(1), "<.*lies on NFS.*one process at a time.*>");
}

TEST_F(NetworkDatabase, IsSharedByNoProcesses) {
  const std::int64_t sweep = make_sweep(*open_store(file, "1.0"), "s").sweep_id;
  EXPECT_THAT(refusal([&] { open_claims(file, "1.0", sweep, "s"); }),
              AllOf(HasSubstr("on NFS"), HasSubstr("without --join"), HasSubstr("--shard")));
}

TEST_F(NetworkDatabase, ReadsAfterAWriterHasEnded) {
  make_sweep(*open_store(file, "1.0"), "s");
  EXPECT_EQ(open_queries(file)->sweep_names(), std::vector<std::string>{"s"});
  const auto store = open_store(file, "1.0");
  EXPECT_TRUE(store->find_sweep("s").has_value());
}

}  // namespace
}  // namespace hpsearch::storage

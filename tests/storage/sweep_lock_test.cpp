#include "storage/sweep_lock.h"

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/error.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A process that holds the lock until it is killed or told to end.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& database) {
    std::array<int, 2> up{};
    std::array<int, 2> down{};
    if (pipe(up.data()) != 0 || pipe(down.data()) != 0) {
      throw std::runtime_error("pipe");
    }
    pid_ = fork();
    if (pid_ == 0) {
      close(down[1]);
      {
        const SweepLock lock(database, 1, "s");
        char byte = 'x';
        if (write(up[1], &byte, 1) != 1 || read(down[0], &byte, 1) < 0) {
          _exit(1);
        }
      }
      _exit(0);
    }
    close(up[1]);
    close(down[0]);
    end_ = down[1];
    char byte = 0;
    if (read(up[0], &byte, 1) != 1) {
      throw std::runtime_error("the child has no lock");
    }
    close(up[0]);
  }
  ~Holder() {
    if (pid_ > 0) {
      end();
    }
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  pid_t pid() const { return pid_; }
  void kill_hard() {
    kill(pid_, SIGKILL);
    end();
  }
  // Lets it end by itself, and waits for that.
  void end() {
    close(end_);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int end_ = -1;
};

std::string refusal(const std::filesystem::path& database, std::int64_t sweep_id = 1) {
  try {
    const SweepLock lock(database, sweep_id, "my sweep");
  } catch (const SweepBusy& busy) {
    return busy.what();
  }
  return "locked";
}

class SweepLocks : public testing::Test {
 protected:
  std::size_t files() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      ++n;
    }
    return n;
  }

  test::TempFolder folder;
  std::filesystem::path database = folder.path() / "x.db";
};

TEST_F(SweepLocks, RefuseASecondProcessAndNameTheFirst) {
  const Holder holder(database);
  EXPECT_THAT(refusal(database), AllOf(HasSubstr("sweep 'my sweep' is being run by process " +
                                                 std::to_string(holder.pid()) + " on "),
                                       HasSubstr("nothing is lost")));
}

TEST_F(SweepLocks, RefuseASecondLockInTheSameProcess) {
  const SweepLock lock(database, 1, "s");
  EXPECT_THAT(refusal(database), HasSubstr("process " + std::to_string(getpid()) + " on "));
}

TEST_F(SweepLocks, NameTheirOwnerWhileItLives) {
  EXPECT_FALSE(SweepLock::owner(database, 1));
  Holder holder(database);
  const auto owner = SweepLock::owner(database, 1);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->pid, holder.pid());
  EXPECT_FALSE(owner->host.empty());
  EXPECT_EQ(owner->since.size(), std::string("2026-01-31T23:59:59.123Z").size());
  EXPECT_FALSE(SweepLock::owner(database, 2));
  holder.kill_hard();
  EXPECT_EQ(files(), 1U);
  EXPECT_FALSE(SweepLock::owner(database, 1)) << "the file is there, its owner is dead";
}

TEST_F(SweepLocks, AreThoseOfOneSweep) {
  const Holder holder(database);
  EXPECT_EQ(refusal(database, 2), "locked");
}

TEST_F(SweepLocks, AreFreeAfterACleanEndAndLeaveNoFile) {
  {
    Holder holder(database);
    EXPECT_EQ(files(), 1U);
    holder.end();
    EXPECT_EQ(files(), 0U);
  }
  EXPECT_EQ(refusal(database), "locked");
  EXPECT_EQ(files(), 0U);
}

TEST_F(SweepLocks, AreFreeAtOnceWhenTheirProcessIsKilled) {
  Holder holder(database);
  holder.kill_hard();
  EXPECT_EQ(files(), 1U) << "the killed process could not remove it";
  EXPECT_EQ(refusal(database), "locked");
  EXPECT_EQ(files(), 0U);
}

TEST_F(SweepLocks, SayWhatToCheckWhereNoFileCanBeMade) {
  try {
    const SweepLock lock(folder.path() / "no" / "x.db", 1, "s");
    FAIL() << "a lock in a folder that is not there";
  } catch (const SweepBusy&) {
    FAIL() << "nobody has it";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), HasSubstr("check that you can write to its folder"));
  }
}

// Each owner removes the file as it ends, while others have just opened it: a lock on a file
// without a name must not count, or two would be inside.
TEST_F(SweepLocks, AreHeldByOneAtATimeHoweverOftenTheFileLosesItsName) {
  constexpr int kThreads = 4;
  constexpr int kTurns = 3000;
  std::atomic<int> inside = 0;
  std::atomic<int> overlaps = 0;
  std::atomic<int> turns = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        while (turns < kTurns) {
          try {
            const SweepLock lock(database, 1, "s");
            overlaps += inside.fetch_add(1) == 0 ? 0 : 1;
            std::this_thread::yield();
            ++turns;
            --inside;
          } catch (const SweepBusy&) {
            std::this_thread::yield();
          }
        }
      });
    }
  }
  EXPECT_EQ(overlaps, 0);
}

}  // namespace
}  // namespace hpsearch::storage

// When the disk is waited for. SQLite asks the C library for it; here this file answers.
#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "storage/recorder.h"
#include "tests/storage/store_fixtures.h"

namespace {

std::atomic<int> waits = 0;

std::function<void()> at_first_wait;  // of the one thread that waits

int wait_for_disk(long call, int descriptor) {
  if (waits++ == 0 && at_first_wait) {
    at_first_wait();
  }
  return static_cast<int>(::syscall(call, descriptor));
}

}  // namespace

extern "C" int fdatasync(int descriptor) {
  return wait_for_disk(SYS_fdatasync, descriptor);
}
extern "C" int fsync(int descriptor) {
  return wait_for_disk(SYS_fsync, descriptor);
}

namespace hpsearch::storage {
namespace {

// What the file holds without the log beside it, as after a power cut that took the log.
std::string sweep_without_log(const std::filesystem::path& file) {
  const std::filesystem::path copy = file.string() + ".copy";
  std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing);
  return Sql(copy).row("SELECT name FROM sweeps");
}

TEST(NewDatabase, IsMadeWithoutWaitingForTheDiskAndMadeDurableOnce) {
  const test::TempFolder folder;
  const std::filesystem::path file = folder.path() / "x.db";
  waits = 0;
  const auto store_opened = open_store(file, "1.0");
  Store& store = *store_opened;
  make_sweep(store, "s");
  EXPECT_EQ(waits, 0);

  store.make_durable();
  EXPECT_GE(waits, 2) << "the log, and the file itself";
  EXPECT_EQ(sweep_without_log(file), "s");

  waits = 0;
  store.make_durable();
  EXPECT_EQ(waits, 0);
}

TEST(NewDatabase, IsMadeDurableByTheFirstRecorder) {
  StoreFixture f;
  Recorder recorder(f.store, f.sweep);
  recorder.close();
  EXPECT_EQ(sweep_without_log(f.file), "s");
}

// A disk that stalls at that moment keeps nobody from seeing what has been recorded.
TEST(NewDatabase, IsWaitedForAfterTheFirstRecordsAreThere) {
  StoreFixture f;
  std::string seen;
  waits = 0;
  at_first_wait = [&] { seen = Sql(f.file).row("SELECT count(*) FROM trials"); };
  {
    Recorder recorder(f.store, f.sweep);
    recorder.start_trial(trial_start(0));
    recorder.close();
  }
  at_first_wait = nullptr;
  EXPECT_EQ(seen, "1");
}

// Its log may hold another process's last commits: SQLite waits where it always does.
TEST(OldDatabase, IsWaitedForAsEver) {
  const test::TempFolder folder;
  const std::filesystem::path file = folder.path() / "x.db";
  open_store(file, "1.0");
  waits = 0;
  const auto store_opened = open_store(file, "1.0");
  Store& store = *store_opened;
  make_sweep(store, "s");
  EXPECT_GE(waits, 1);
  waits = 0;
  store.make_durable();
  EXPECT_EQ(waits, 0) << "nothing to do";
}

}  // namespace
}  // namespace hpsearch::storage

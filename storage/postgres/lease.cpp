#include "storage/postgres/lease.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "storage/busy_text.h"
#include "storage/postgres/settings.h"
#include "storage/sql/transaction.h"
#include "storage/stop_request.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

using Clock = std::chrono::steady_clock;

// Longer than whoever cleans up after a dead process needs.
constexpr auto kPatienceAlone = std::chrono::milliseconds(500);
constexpr auto kPatienceToShare = std::chrono::seconds(3);
constexpr auto kPause = std::chrono::milliseconds(20);
constexpr auto kRenewal = std::chrono::milliseconds(2000);

std::string host_here() {
  std::string name(256, '\0');
  if (gethostname(name.data(), name.size() - 1) != 0) {
    return "unknown";
  }
  return name.c_str();
}

// Where numbers of processes mean the same: this boot of this machine, and this container of it.
std::string machine_here() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  std::string space(64, '\0');
  const ssize_t size = readlink("/proc/self/ns/pid", space.data(), space.size());
  return fmt::format("{} {}", boot, space.substr(0, size > 0 ? static_cast<std::size_t>(size) : 0));
}

// When the process began, in the kernel's ticks; empty if it has ended. Numbers are used again,
// together with this they are not.
std::string begin_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name of the program is in parentheses, and may have any characters.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text.size() ||
      std::string("ZX").find(text[name_end + 2]) != std::string::npos) {
    return {};
  }
  constexpr int kFieldsBetween = 20;  // the state is field 3, the begin field 22
  std::size_t begin = name_end + 2;
  for (int i = 0; i + 1 < kFieldsBetween && begin != std::string::npos; ++i) {
    begin = text.find(' ', begin + 1);
  }
  return begin == std::string::npos ? std::string()
                                    : text.substr(begin + 1, text.find(' ', begin + 1) - begin - 1);
}

// Runs out `lease_time()` from now.
std::string lease_end() {
  return fmt::format("clock_timestamp() + interval '{} seconds'", lease_time().count());
}

// Nobody joins the sweep between this and the end of the transaction.
void lock_members(Session& db, std::int64_t sweep_id) {
  Statement s(db, fmt::format("SELECT pg_advisory_xact_lock({}, CAST(? AS INTEGER))", kLockClass));
  s.bind(1, sweep_id);
  s.exec();
}

}  // namespace

std::vector<Member> living_members(PgSession& session, std::int64_t sweep_id) {
  // A row that its process shares just now is left to the next who looks.
  Statement dead(session,
                 "DELETE FROM members WHERE member_id IN (SELECT member_id FROM members WHERE "
                 "sweep_id = ? AND (lease_until < clock_timestamp() OR member_id = ?) FOR UPDATE "
                 "SKIP LOCKED)");
  Statement s(session,
              "SELECT member_id, host, machine, pid, begun_at, since, alone, lease_until < "
              "clock_timestamp() FROM members WHERE sweep_id = ? ORDER BY member_id");
  s.bind(1, sweep_id);
  std::vector<Member> living;
  static const std::string here = machine_here();
  while (s.step()) {
    Member member{s.column(0).int64(),
                  {s.column(3).int64(), s.column(1).text(), s.column(5).text()},
                  s.column(6).int64() != 0};
    const bool expired = s.column(7).int64() != 0;
    const bool ended =
        s.column(2).text() == here && begin_of(member.owner.pid) != s.column(4).text();
    if (expired || ended) {
      dead.bind(1, sweep_id);
      dead.bind(2, ended ? member.id : 0);
      dead.exec();
      Statement still(session, "SELECT 1 FROM members WHERE member_id = ?");
      still.bind(1, member.id);
      if (!still.step()) {
        continue;
      }
    }
    living.push_back(std::move(member));
  }
  return living;
}

Lease::Lease(const std::string& url, std::int64_t sweep_id, const std::string& name, bool alone)
    : session_(url) {
  take(sweep_id, name, alone);
  session_.connection().add_member(id_);
  renewal_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
}

void Lease::take(std::int64_t sweep_id, const std::string& name, bool alone) {
  const auto deadline =
      Clock::now() + (alone ? Clock::duration(kPatienceAlone) : Clock::duration(kPatienceToShare));
  while (true) {
    const auto in_the_way = guarded(session_, [&] {
      Transaction transaction(session_, Transaction::Kind::kRows);
      lock_members(session_, sweep_id);
      auto others = living_members(session_, sweep_id);
      if (!alone) {
        std::erase_if(others, [](const Member& other) { return !other.alone; });
      }
      if (others.empty()) {
        const std::int64_t pid = getpid();
        Statement s(session_,
                    fmt::format("INSERT INTO members(sweep_id, host, machine, pid, begun_at, "
                                "since, alone, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, {}) "
                                "RETURNING member_id",
                                lease_end()));
        s.bind(1, sweep_id);
        s.bind(2, host_here());
        s.bind(3, machine_here());
        s.bind(4, pid);
        s.bind(5, begin_of(pid));
        s.bind(6, utc_now());
        s.bind(7, alone ? 1 : 0);
        s.step();
        id_ = s.column(0).int64();
      }
      transaction.commit();  // also that the dead are gone
      return others;
    });
    if (in_the_way.empty()) {
      return;
    }
    if (Clock::now() > deadline) {
      std::vector<LockOwner> owners;
      std::transform(in_the_way.begin(), in_the_way.end(), std::back_inserter(owners),
                     [](const Member& member) { return member.owner; });
      throw SweepBusy(
          fmt::format("{}. (A process that was killed on another host counts as running for up to "
                      "{} s.)",
                      alone ? busy_text(name, owners, in_the_way.front().alone)
                            : unshared_text(name, owners.front()),
                      std::chrono::seconds(lease_time()).count()));
    }
    std::this_thread::sleep_for(kPause);
  }
}

void Lease::keep(const std::stop_token& stop) {
  const auto pause = std::min<Clock::duration>(kRenewal, Clock::duration(lease_time()) / 6);
  std::mutex mutex;
  std::condition_variable_any ended;
  bool told = false;
  while (true) {
    {
      std::unique_lock lock(mutex);
      if (ended.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
        return;
      }
    }
    try {
      const bool asked = guarded(session_, [&] {
        Statement s(session_, fmt::format("UPDATE members SET lease_until = {} WHERE member_id = ? "
                                          "RETURNING stop_requested",
                                          lease_end()));
        s.bind(1, id_);
        return s.step() && s.column(0).int64() != 0;
      });
      if (asked && !std::exchange(told, true)) {
        tell_of_stop_request();
      }
    } catch (const StoreError&) {  // whoever writes next finds out, and says so
    }
  }
}

Lease::~Lease() {
  renewal_.request_stop();
  renewal_.join();
  session_.connection().remove_member(id_);
  try {
    Statement s(session_, "DELETE FROM members WHERE member_id = ?");
    s.bind(1, id_);
    s.exec();
  } catch (const std::exception&) {  // it runs out
  }
}

void request_stop(PgSession& session, std::int64_t sweep_id) {
  guarded(session, [&] {
    Statement s(session, "UPDATE members SET stop_requested = TRUE WHERE sweep_id = ?");
    s.bind(1, sweep_id);
    s.exec();
  });
}

}  // namespace hpsearch::storage

// System calls as the kernel has them, for a process that was forked from a program with threads.
// It may not use what takes a lock or allocates, because the thread that would give the lock back
// does not exist there. Sanitizers intercept the C library's functions, but not these.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace hpsearch::runner::raw {

constexpr std::size_t kSignalSetBytes = 8;  // the kernel's set; that of the C library is larger

inline ssize_t read(int file, void* bytes, std::size_t count) {
  return syscall(SYS_read, file, bytes, count);
}
inline ssize_t write(int file, const void* bytes, std::size_t count) {
  return syscall(SYS_write, file, bytes, count);
}
inline int open(const char* path, int flags) {
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0));
}
inline void close(int file) {
  syscall(SYS_close, file);
}
inline int kill(pid_t pid, int signal) {
  return static_cast<int>(syscall(SYS_kill, pid, signal));
}
inline pid_t wait4(pid_t pid, int* status, int flags, rusage* usage) {
  return static_cast<pid_t>(syscall(SYS_wait4, pid, status, flags, usage));
}
// Waits for one of the files, for at most `milliseconds` (-1: without end).
inline int poll(pollfd* files, unsigned count, int milliseconds) {
  timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
  return static_cast<int>(
      syscall(SYS_ppoll, files, count, milliseconds < 0 ? nullptr : &time, nullptr, 0));
}
inline std::int64_t milliseconds_now() {
  timespec now{};
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}
[[noreturn]] inline void exit(int code) {
  for (;;) {
    syscall(SYS_exit_group, code);
  }
}

}  // namespace hpsearch::runner::raw

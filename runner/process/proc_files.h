// What /proc says of processes, read without a lock and without an allocation: see raw_calls.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <sys/types.h>

namespace hpsearch::runner {

// Writes the descriptors of this process's open files into `found` and returns their number, at
// most the span's size.
std::size_t open_files(std::span<int> found);

// The number after `name` in a file of lines "name number"; 0 if there is none.
std::uint64_t number_in_file(const char* folder, const char* file, std::string_view name);

// Writes the children of `parent` into `found` and returns their number, at most the span's size. A
// process that begins or ends meanwhile may be missing.
std::size_t children_of(pid_t parent, std::span<pid_t> found);

// The same from the list of all processes, for kernels without /proc/PID/task/TID/children.
std::size_t children_by_scan(pid_t parent, std::span<pid_t> found);

// The memory of all descendants of `ancestor`, without itself, in bytes. Pages that several of them
// share count once per process, unless the sum would exceed `enough`: then each shared page counts
// in parts (the kernel's proportional set size), which takes longer to find out.
std::uint64_t descendants_memory(pid_t ancestor, std::uint64_t enough);

}  // namespace hpsearch::runner

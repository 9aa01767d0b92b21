// What kind of file system a database lies on. Internal to storage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace hpsearch::storage {

// The network file system that has the file, or will have it: "NFS", "Lustre", ...; empty for a
// local one, and where the system cannot tell. SQLite needs shared memory for several processes,
// and locks that hold; network file systems lack the former and often the latter.
std::optional<std::string> network_file_system(const std::filesystem::path& path);

// How a folder's file system is found: the numbers of statfs(2), and for FUSE the type in
// /proc/self/mounts.
struct FileSystemProbe {
  std::function<std::optional<std::int64_t>(const std::filesystem::path& folder)> number;
  std::function<std::string(const std::filesystem::path& folder)> mount_type;
};

// For tests: puts another probe in the place of the real one. Returns the one before. Not while
// other threads open databases.
FileSystemProbe set_file_system_probe(FileSystemProbe probe);

}  // namespace hpsearch::storage

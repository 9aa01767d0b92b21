#include "storage/sqlite/file_system.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include <sys/vfs.h>

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;

struct Kind {
  std::int64_t number;  // statfs(2), f_type
  std::string_view name;
};

// From linux/magic.h, and for Lustre, GPFS and BeeGFS from their own sources.
constexpr std::array kNetworkKinds{
    Kind{0x6969, "NFS"},        Kind{0x517B, "SMB"},        Kind{0xFF534D42, "CIFS"},
    Kind{0xFE534D42, "SMB"},    Kind{0x0BD00BD0, "Lustre"}, Kind{0x47504653, "GPFS"},
    Kind{0x19830326, "BeeGFS"}, Kind{0x00C36400, "Ceph"},   Kind{0x5346414F, "AFS"},
    Kind{0x01021997, "9P"},     Kind{0xAAD7AAEA, "PanFS"},  Kind{0x6B414653, "AFS"},
    Kind{0x013111A8, "IBRIX"},
};
constexpr std::int64_t kFuse = 0x65735546;

// FUSE serves local file systems too; these are on the network.
constexpr std::array<std::string_view, 8> kNetworkMounts{
    "fuse.sshfs", "fuse.glusterfs", "fuse.rclone",  "fuse.s3fs",
    "fuse.ceph",  "fuse.beegfs",    "fuse.juicefs", "fuse.gcsfuse"};

std::optional<std::int64_t> number_of(const fs::path& folder) {
  struct statfs status {};
  if (statfs(folder.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(static_cast<std::uint32_t>(status.f_type));
}

// The kernel writes blanks and backslashes of a path as octal numbers: "\\040".
std::string without_escapes(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '\\' && i + 3 < text.size() &&
        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      plain += static_cast<char>(code);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// The type of the mount with the longest path that holds the folder.
std::string mount_type_of(const fs::path& folder) {
  std::error_code unresolved;
  const std::string real = fs::weakly_canonical(folder, unresolved).string();
  std::ifstream mounts("/proc/self/mounts");
  std::string best_type;
  std::size_t best_length = 0;
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device;
    std::string place;
    std::string type;
    words >> device >> place >> type;
    place = without_escapes(place);
    const bool holds = real.starts_with(place) && (place.ends_with('/') || real == place ||
                                                   real.compare(place.size(), 1, "/") == 0);
    if (holds && place.size() >= best_length) {
      best_length = place.size();
      best_type = type;
    }
  }
  return best_type;
}

FileSystemProbe& probe() {
  static FileSystemProbe current{number_of, mount_type_of};
  return current;
}

// That of the database itself where there is one, which a link may have put elsewhere.
fs::path folder_of(const fs::path& path) {
  std::error_code unresolved;
  const fs::path real = fs::weakly_canonical(fs::absolute(path), unresolved);
  return (unresolved ? fs::absolute(path) : real).parent_path();
}

}  // namespace

std::optional<std::string> network_file_system(const fs::path& path) {
  const fs::path folder = folder_of(path);
  const auto number = probe().number(folder);
  if (!number) {
    return std::nullopt;
  }
  if (*number == kFuse) {
    const std::string type = probe().mount_type(folder);
    const bool remote =
        std::find(kNetworkMounts.begin(), kNetworkMounts.end(), type) != kNetworkMounts.end();
    return remote ? std::optional(type.substr(std::string_view("fuse.").size())) : std::nullopt;
  }
  const auto* found = std::find_if(kNetworkKinds.begin(), kNetworkKinds.end(),
                                   [&](const Kind& kind) { return kind.number == *number; });
  return found == kNetworkKinds.end() ? std::nullopt : std::optional(std::string(found->name));
}

FileSystemProbe set_file_system_probe(FileSystemProbe other) {
  return std::exchange(probe(), std::move(other));
}

}  // namespace hpsearch::storage

// Checks where an export may be written, and writes folders whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nn/files/whole_file.h"

namespace hpsearch::runner {

// A sweep's name as part of a file name: ASCII letters, digits, '.', '_' and '-'; everything else
// becomes '-'. Never empty, at most 100 bytes, never starts with '.' or '-'.
std::string file_slug(std::string_view name);

enum class TargetKind { kFile, kFolder };

// The option that named the target, and whether --force can replace it; for messages.
struct TargetOption {
  std::string_view name = "--out";
  bool can_force = true;
};

constexpr std::size_t kBeginning = std::size_t{1} << 20;

// Throws UsageError if nothing may be written under this name: it is taken and `existing` keeps it;
// it is the database or one of its files; it is not a regular file or, for kFolder, not a folder in
// which every file name starts with `own_prefix`; it is a file that is not empty and whose first
// kBeginning bytes are not `is_own`. The last rules keep --force from deleting files that hpsearch
// did not write.
void require_target(const std::filesystem::path& target,
                    TargetKind kind,
                    nn::Existing existing,
                    const std::filesystem::path& database,
                    std::string_view own_prefix = {},
                    bool (*is_own)(std::string_view beginning) = nullptr,
                    const TargetOption& option = {});

// Throws the UsageError for a name that is taken.
[[noreturn]] void refuse_taken(const std::filesystem::path& target,
                               const TargetOption& option = {});

// Fills a folder under a temporary name beside the target, and renames it at the end. Without
// finish(), the destructor removes it.
class WholeFolder {
 public:
  // All functions throw std::runtime_error if they cannot write.
  explicit WholeFolder(std::filesystem::path path);
  ~WholeFolder();
  WholeFolder(const WholeFolder&) = delete;
  WholeFolder& operator=(const WholeFolder&) = delete;

  // Writes one file. `name` may contain folders, which are created.
  void write(const std::string& name, std::string_view bytes) const;

  // Renames the folder to its target. False if the name is taken and kept.
  bool finish(nn::Existing existing);

 private:
  std::filesystem::path path_;
  std::filesystem::path beside_;
};

}  // namespace hpsearch::runner

// Where an export goes: a name that is free, or may be given again.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nn/files/whole_file.h"

namespace hpsearch::runner {

// A sweep's name as a part of a file's name: letters, digits, '.', '_' and '-'; what else there is
// becomes a '-'. Never empty, never more than 100 bytes, never beginning with '.' or '-'.
std::string file_slug(std::string_view name);

enum class TargetKind { kFile, kFolder };

// By which option the name was given, and whether --force may replace what has it: for messages.
struct TargetOption {
  std::string_view name = "--out";
  bool can_force = true;
};

// Throws UsageError where the export must not have this name: it is taken and `existing` keeps it;
// it is the database or a file that belongs to it; it is something else than a plain file, or than
// a folder that holds nothing but files whose names begin with `own_prefix`: who replaces a folder
// shall not lose what it did not make.
void require_target(const std::filesystem::path& target,
                    TargetKind kind,
                    nn::Existing existing,
                    const std::filesystem::path& database,
                    std::string_view own_prefix = {},
                    const TargetOption& option = {});

// Throws the UsageError of a name that is taken.
[[noreturn]] void refuse_taken(const std::filesystem::path& target,
                               const TargetOption& option = {});

// A folder that is filled beside its place and takes it at the end, or goes.
class WholeFolder {
 public:
  // Throws std::runtime_error where it cannot be made, and so do the others.
  explicit WholeFolder(std::filesystem::path path);
  ~WholeFolder();
  WholeFolder(const WholeFolder&) = delete;
  WholeFolder& operator=(const WholeFolder&) = delete;

  // `name` may have folders, which are made.
  void write(const std::string& name, std::string_view bytes) const;

  // False if the name is taken and kept.
  bool finish(nn::Existing existing);

 private:
  std::filesystem::path path_;
  std::filesystem::path beside_;
};

}  // namespace hpsearch::runner

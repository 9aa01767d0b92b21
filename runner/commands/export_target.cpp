#include "runner/commands/export_target.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "reports/text/printable.h"
#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string shown(const fs::path& path) {
  return reports::printable(path.string());
}

bool is_within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// True for the database, the files that SQLite keeps beside it, and its folder of artifacts with
// all that is in it.
bool belongs_to_database(const fs::path& target, const fs::path& database) {
  std::error_code ignored;
  if (fs::equivalent(target, database, ignored)) {
    return true;
  }
  const fs::path real = fs::weakly_canonical(target, ignored);
  for (const char* suffix : {"-wal", "-shm", "-journal", ".files"}) {
    if (is_within(real, fs::weakly_canonical(database.string() + suffix, ignored))) {
      return true;
    }
  }
  return false;
}

// The first file in the folder that hpsearch did not write; empty if there is none.
std::optional<fs::path> foreign_file(const fs::path& folder, std::string_view own_prefix) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const bool ours = entry.symlink_status().type() == fs::file_type::directory ||
                      (entry.symlink_status().type() == fs::file_type::regular &&
                       entry.path().filename().string().starts_with(own_prefix));
    if (!ours) {
      return entry.path();
    }
  }
  return std::nullopt;
}

}  // namespace

std::string file_slug(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  std::string slug;
  for (const char c : name.substr(0, kLongest)) {
    const char kept = is_plain(c) ? c : '-';
    const bool leading = slug.empty() && (kept == '-' || kept == '.');
    const bool doubled = kept == '-' && !slug.empty() && slug.back() == '-';
    if (!leading && !doubled) {
      slug += kept;
    }
  }
  slug.erase(slug.find_last_not_of("-.") + 1);
  return slug.empty() ? "sweep" : slug;
}

void refuse_taken(const fs::path& target, const TargetOption& option) {
  throw UsageError(fmt::format("{}: already exists; choose another name with {}{}", shown(target),
                               option.name,
                               option.can_force ? ", or replace it with --force" : ""));
}

void require_target(const fs::path& target,
                    TargetKind kind,
                    nn::Existing existing,
                    const fs::path& database,
                    std::string_view own_prefix,
                    bool (*is_own)(std::string_view beginning),
                    const TargetOption& option) {
  const auto refuse = [&](const std::string& reason) {
    throw UsageError(
        fmt::format("{}: {}; choose another name with {}", shown(target), reason, option.name));
  };
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  if (status.type() == fs::file_type::none) {  // a name that is too long, a loop of links, ...
    refuse(error.message());
  }
  if (belongs_to_database(target, database)) {
    refuse("is the database, or belongs to it");
  }
  if (!fs::exists(status)) {
    return;
  }
  const bool folder = kind == TargetKind::kFolder;
  if (status.type() != (folder ? fs::file_type::directory : fs::file_type::regular)) {
    refuse(folder                                      ? "exists and is not a folder"
           : status.type() == fs::file_type::directory ? "is a folder"
                                                       : "exists and is not a regular file");
  }
  if (existing == nn::Existing::kKept) {
    refuse_taken(target, option);
  }
  if (!folder && is_own != nullptr) {
    std::string beginning(kBeginning, '\0');
    std::ifstream file(target, std::ios::binary);
    file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    beginning.resize(static_cast<std::size_t>(file.gcount()));
    if (!beginning.empty() && !is_own(beginning)) {
      refuse("--force replaces only an earlier export in this format, and this file is none");
    }
  }
  const auto foreign = folder ? foreign_file(target, own_prefix) : std::nullopt;
  if (foreign) {
    refuse(fmt::format("--force replaces only folders of event files, and this one contains {}",
                       shown(foreign->lexically_relative(target))));
  }
}

WholeFolder::WholeFolder(fs::path path) : path_(std::move(path)), beside_(nn::name_beside(path_)) {
  std::error_code error;
  nn::remove_leftovers(path_);
  fs::remove_all(beside_, error);
  if (!fs::create_directory(beside_, error)) {
    nn::refuse_to_write(path_, error.value());
  }
}

WholeFolder::~WholeFolder() {
  std::error_code ignored;
  fs::remove_all(beside_, ignored);
}

void WholeFolder::write(const std::string& name, std::string_view bytes) const {
  const fs::path file = beside_ / name;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream stream(file, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (error || !stream.flush()) {
    nn::refuse_to_write(path_ / name, error ? error.value() : errno);
  }
}

bool WholeFolder::finish(nn::Existing existing) {
  return nn::put_in_place(beside_, path_, existing);
}

}  // namespace hpsearch::runner

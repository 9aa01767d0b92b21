// Where the system keeps the control groups (cgroups) of this process.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

// Folders of one control group and of those around it, innermost first. Empty if there are none.
using GroupFolders = std::vector<std::filesystem::path>;

// The groups of version 2, or with a `controller` those of version 1 that have it. `root` is where
// /proc and the mounted groups are found. Folders that do not exist are left out: a container may
// see only the outer ones.
GroupFolders group_folders(const std::filesystem::path& root, std::string_view controller = {});

}  // namespace hpsearch::runner

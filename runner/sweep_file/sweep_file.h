// The sweep file: YAML text to a SweepSpec, with every mistake in it said at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_tree.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::runner {

inline constexpr std::size_t kMaxSweepNameBytes = 200;

// A sweep file that was read. `tree` is what the file says, `spec` what it means.
struct SweepFile {
  SourceText source;
  YamlNode tree;                 // with the edits applied
  std::string config_yaml;       // the text of `tree`: the file's own, unless it was edited
  std::filesystem::path folder;  // where relative paths begin
  search::SweepSpec spec;
  std::vector<std::string> notes = {};  // lines for people, such as keys without effect
};

// Reads a file. Throws UsageError if it cannot be read, or with all of its diagnostics as its text.
// `edits` change it as an edit of the file would.
SweepFile load_sweep_file(const std::string& path, const std::vector<YamlEdit>& edits = {});

// Throws SweepFileError with all of these diagnostics, of which there is at least one.
[[noreturn]] void refuse(const SourceText& source, const std::vector<Diagnostic>& diagnostics);

// The meaning of a tree. `stem` names the sweep where the file does not; relative data paths begin
// at `folder`. Without a result if there is any error.
std::optional<search::SweepSpec> read_sweep(const YamlNode& tree,
                                            const std::string& stem,
                                            const std::filesystem::path& folder,
                                            std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

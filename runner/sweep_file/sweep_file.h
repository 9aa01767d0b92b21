// Reads sweep files: from YAML text to a SweepSpec, reporting all errors at once.
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

// A sweep file that was read: `tree` is its content, `spec` its meaning.
struct SweepFile {
  SourceText source;
  YamlNode tree;                 // with the edits applied
  std::string config_yaml;       // the text of `tree`: the file's own unless edited
  std::filesystem::path folder;  // base of relative paths
  search::SweepSpec spec;
  std::vector<std::string> notes = {};  // lines for people, such as keys without effect
};

// Reads a file and applies `edits` as if they were made in the file. Throws UsageError if it cannot
// be read, and SweepFileError with all diagnostics if it is invalid.
SweepFile load_sweep_file(const std::string& path, const std::vector<YamlEdit>& edits = {});

// The same of a text that is in no file: `source` names it in messages, `stem` is the sweep's name
// if the text has none, and relative paths count from `folder`.
SweepFile load_sweep_text(SourceText source,
                          const std::string& stem,
                          const std::filesystem::path& folder,
                          const std::vector<YamlEdit>& edits = {});

// Throws SweepFileError with these diagnostics. Requires at least one.
[[noreturn]] void refuse(const SourceText& source, const std::vector<Diagnostic>& diagnostics);

// The meaning of a tree. `stem` is the sweep's name if the file has none; data paths are relative
// to `folder`. Nothing if there is any error.
std::optional<search::SweepSpec> read_sweep(const YamlNode& tree,
                                            const std::string& stem,
                                            const std::filesystem::path& folder,
                                            std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

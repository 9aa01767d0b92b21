#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "runner/console/input_text.h"
#include "runner/sweep_file/placed_error.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/sweep_file/unneeded.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {
namespace {

bool is_error(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::kError;
}

}  // namespace

void refuse(const SourceText& source, const std::vector<Diagnostic>& diagnostics) {
  std::string text = format_diagnostics(source, diagnostics);
  text.pop_back();  // whoever prints the message adds the last newline
  std::vector<Diagnostic> errors = diagnostics;
  std::ranges::stable_sort(errors, {}, [](const Diagnostic& error) {
    return std::pair(error.position.line, error.position.column);
  });
  throw PlacedFileError(text, std::move(errors));
}

SweepFile load_sweep_text(SourceText source,
                          const std::string& stem,
                          const std::filesystem::path& folder,
                          const std::vector<YamlEdit>& edits) {
  SweepFile file;
  file.source = std::move(source);
  const std::string place = file.source.path;
  std::vector<Diagnostic> diagnostics;
  auto tree = parse_yaml(file.source, diagnostics);
  if (!tree || (!edits.empty() && !diagnostics.empty())) {
    refuse(file.source, diagnostics);
  }
  if (!edits.empty() && tree->kind == YamlNode::Kind::kMap) {
    const std::set<std::string> before = unneeded_parameters(*tree, folder);
    for (const YamlEdit& edit : edits) {
      apply_edit(*tree, edit);
    }
    for (const LeftOut& one : leave_out_unneeded(*tree, folder, before)) {
      file.notes.push_back(
          fmt::format("{} as edited: {} is left out: {}", place, one.name, one.why));
    }
    // What is wrong is shown in the text that is run.
    file.source = {place + " as edited", emit_yaml(*tree)};
    tree = parse_yaml(file.source, diagnostics);
  }
  file.config_yaml = file.source.text;
  auto spec = read_sweep(*tree, stem, folder, diagnostics);
  if (!spec || std::any_of(diagnostics.begin(), diagnostics.end(), is_error)) {
    std::erase_if(diagnostics, [](const Diagnostic& d) { return !is_error(d); });
    refuse(file.source, diagnostics);
  }
  for (const Diagnostic& warning : diagnostics) {
    const std::string text = format_diagnostic(file.source, warning);
    file.notes.push_back(text.substr(0, text.find('\n')));
  }
  file.tree = *std::move(tree);
  file.folder = folder;
  file.spec = *std::move(spec);
  return file;
}

SweepFile load_sweep_file(const std::string& path, const std::vector<YamlEdit>& edits) {
  const std::filesystem::path where = std::filesystem::absolute(path);
  // One byte beyond the limit is enough for the parser to refuse a file that is too large.
  return load_sweep_text({path, read_input_text(path, kMaxYamlBytes + 1, "sweep file")},
                         where.stem().string(), where.parent_path(), edits);
}

}  // namespace hpsearch::runner

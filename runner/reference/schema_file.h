// The installed JSON Schema, and the line by which editors find it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hpsearch::runner {

// ../share/hpsearch/sweep.schema.json beside the running program, if it is there.
std::optional<std::filesystem::path> installed_schema();

// The comment at the head of a YAML file that names its schema to editors, with its line's end. The
// path becomes a file: URI, as the comment's reader stops at blanks. Empty without a schema.
std::string schema_comment(const std::optional<std::filesystem::path>& schema);

}  // namespace hpsearch::runner

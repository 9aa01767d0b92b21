#include "runner/reference/schema_file.h"

#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace hpsearch::runner {

std::optional<std::filesystem::path> installed_schema() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return std::nullopt;
  }
  const auto path =
      (program.parent_path() / "../share/hpsearch/sweep.schema.json").lexically_normal();
  return std::filesystem::is_regular_file(path, error) ? std::optional(path) : std::nullopt;
}

std::string schema_comment(const std::optional<std::filesystem::path>& schema) {
  if (!schema) {
    return "";
  }
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~";
  std::string uri = "file://";
  for (const char c : schema->string()) {
    uri += kPlain.find(c) != kPlain.npos ? std::string(1, c)
                                         : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("# yaml-language-server: $schema={}\n", uri);
}

}  // namespace hpsearch::runner

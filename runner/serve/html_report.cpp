#include "runner/serve/html_report.h"

#include <filesystem>

#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "reports/page/sweep_page.h"
#include "runner/console/input_text.h"
#include "runner/console/usage_error.h"
#include "runner/stored/best_yaml.h"
#include "runner/stored/next_yaml.h"

namespace hpsearch::runner {
namespace {

constexpr std::string_view kMark = "<!-- Made by hpsearch.";

// True for a page that hpsearch wrote.
bool is_own_page(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, ignored))) {
    return false;
  }
  return read_input_text(path, 200, "page").find(kMark) != std::string::npos;
}

}  // namespace

void write_html_report(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw UsageError(fmt::format("--html {}: is a folder; name a file in it", path));
  }
  if (std::filesystem::exists(path, ignored) && !is_own_page(path)) {
    throw UsageError(
        fmt::format("--html {}: already exists and is not a report; choose another name", path));
  }
  nn::WholeFile file(path);
  file.write(reports::sweep_page(queries, sweep, best_yaml, feasible_advice));
  file.finish(nn::Existing::kReplaced);
}

}  // namespace hpsearch::runner

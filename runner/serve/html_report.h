// `report --html FILE`.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// Writes the page, whole or not at all. Replaces an earlier page of hpsearch; throws UsageError if
// the name belongs to any other file, and std::runtime_error if the file cannot be written.
void write_html_report(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const std::string& path);

}  // namespace hpsearch::runner

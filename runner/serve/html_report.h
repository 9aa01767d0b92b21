// `report --html FILE`.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::runner {

// Writes the page whole or not at all. An earlier page of this program is replaced; whatever else
// has that name stays (UsageError). Throws std::runtime_error where the file cannot be written.
void write_html_report(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const std::string& path);

}  // namespace hpsearch::runner

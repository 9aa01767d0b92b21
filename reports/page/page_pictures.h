// Pictures of the best trial for the page: first-layer weights, confusion matrix and worst rows.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::reports {

// {"weights":{"png":base64,"units":...,"text":...},"predictions":{...}}; null for what does not
// exist.
std::string page_pictures(storage::Queries& queries, const storage::SweepRow& sweep);

}  // namespace hpsearch::reports

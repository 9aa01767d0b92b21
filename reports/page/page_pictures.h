// The winner's pictures for the page: first-layer weights, confusions and worst rows.
#pragma once

#include <string>

#include "storage/queries.h"

namespace hpsearch::reports {

// {"weights":{"png":base64,"units":...,"text":...},"predictions":{...}}; null for what there is
// not.
std::string page_pictures(storage::Queries& queries, const storage::SweepRow& sweep);

}  // namespace hpsearch::reports

// The difference of two texts, as diff -u shows it.
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::runner {

// The lines that are only in one of the texts, with '-' and '+', among up to three lines that both
// have, under the header lines "--- before_name" and "+++ after_name". As few lines as possible
// differ. Empty for equal texts. A text that does not end with a line break counts as if it did.
std::string unified_diff(std::string_view before,
                         std::string_view after,
                         const std::string& before_name,
                         const std::string& after_name);

}  // namespace hpsearch::runner

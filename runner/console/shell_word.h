// Quotes the words of commands that messages show for copying.
#pragma once

#include "reports/text/shell_word.h"

namespace hpsearch::runner {

using reports::shell_word;

}  // namespace hpsearch::runner

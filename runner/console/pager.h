// Shows long answers through a pager, as git does.
#pragma once

#include <string_view>

namespace hpsearch::runner {

// --no-pager. For the main thread.
void forbid_pager();

// Writes the text to stdout: through a pager where stdout is a terminal and the text is longer than
// the screen, else directly. The pager is the command line, for the shell, of the first of
// HPSEARCH_PAGER and PAGER that is set, else less -FRX; none where that is empty or `cat`, or on a
// terminal that cannot move (TERM=dumb). One that cannot be started is none. A pager that ends
// before it has read everything has shown what was wanted, so that is no error. Ctrl-C belongs to
// the pager while it runs.
void write_paged(std::string_view text);

}  // namespace hpsearch::runner

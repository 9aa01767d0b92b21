#include <cstdio>
#include <new>

#include <execinfo.h>

#include "runner/commands/cli.h"

int main(int argc, char** argv) {
  // An exception that passes the C library, as through std::call_once, needs an unwinder, which the
  // C library loads at its first use. Where memory is short, that is too late: it aborts.
  void* frame = nullptr;
  backtrace(&frame, 1);
  try {
    return hpsearch::runner::run_command_line(argc > 0 ? argv[0] : "hpsearch",
                                              {argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::bad_alloc&) {  // before the command line was even read
    std::fputs("hpsearch: out of memory\n", stderr);
    return 1;
  }
}

#include "runner/commands/cli.h"

int main(int argc, char** argv) {
  return hpsearch::runner::run_command_line(argc > 0 ? argv[0] : "hpsearch",
                                            {argv + (argc > 0 ? 1 : 0), argv + argc});
}

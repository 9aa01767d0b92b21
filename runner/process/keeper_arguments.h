// The words that start a trial keeper. Shared by hpsearch and the keeper.
#pragma once

namespace hpsearch::runner {

// Its command line: these, in this order, and then the program's own words. Its environment is the
// program's.
enum KeeperArgument : int {
  kKeeperName,  // what `ps` shows
  kOwner,       // SupervisorPlan's open files, as numbers
  kNullDevice,
  kOutput,
  kErrors,
  kMemoryGroup,        // -1: none
  kMemoryGroupFolder,  // "": none
  kMemoryBytes,
  kCores,  // "0,1,5"; "" for no change
  kFolder,
  kProgram,
  kProgramWords,  // the first of them
};

}  // namespace hpsearch::runner

// Where a run takes place: what is recorded with its results.
#pragma once

#include <string>

namespace hpsearch::runner {

// "0.1.0"
std::string tool_version();

// What decides whether equal seeds give equal bits: the CPU, oneDNN and the instruction set that it
// uses, and this build of the program.
std::string fingerprint();

std::string host_name();

// The number of cores that this process may use.
int usable_cores();

// All of it as a JSON object, for sweeps.host_json.
std::string host_json();

// "hpsearch 0.1.0" and the libraries' versions.
std::string version_text();

}  // namespace hpsearch::runner

// Describes the machine and the build; recorded with the results of a run.
#pragma once

#include <string>

namespace hpsearch::runner {

// "0.2.0"
std::string tool_version();

// Of this version: "2026-12-01".
std::string tool_date();

// Everything that decides whether equal seeds give equal bits: the CPU, oneDNN with the instruction
// set that it uses, and the build of the program.
std::string fingerprint();

std::string host_name();

// The environment as a JSON object, for sweeps.host_json.
std::string host_json();

// "hpsearch 0.2.0" and the libraries' versions.
std::string version_text();

}  // namespace hpsearch::runner

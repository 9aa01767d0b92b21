// The JSON Schema of sweep files, for editors.
#pragma once

#include <string>

namespace hpsearch::runner {

// Draft 7, which editors know best. It says what each key and each setting may be; what depends on
// the data, on expressions or on several numbers together, only the reader can tell.
std::string sweep_schema();

}  // namespace hpsearch::runner

// Forms of a parameter that cannot be read, each with an error of its own: the errors of the reader
// proper would point elsewhere.
#pragma once

#include <vector>

#include "nn/settings/settings.h"
#include "runner/yaml/source_text.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {

// True, after an error, if the parameter's map has parameters of its own, a distribution of W&B's
// that the built-in trainer does not have, two ways to give values, or a null in their place. Also
// true if an entry of the map was refused before: then what seems to be missing may be that.
bool refuse_form(const MapReader& map,
                 const nn::SettingInfo& setting,
                 const YamlEntry& entry,
                 std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

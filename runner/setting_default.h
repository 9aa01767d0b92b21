// Defaults of settings, as values.
#pragma once

#include "search/earlier.h"

namespace hpsearch::runner {

// The default of a setting where these others have values; empty where it has none, or would have
// no effect: of the keys of a map, such as schedule.every, that the map does not take, and of
// layers that are said in another way. Keeps what it has read; for one thread.
search::DefaultOf setting_defaults();

}  // namespace hpsearch::runner

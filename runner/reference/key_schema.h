// JSON Schemas of single keys, from their rows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "runner/yaml/key_info.h"
#include "search/sweep/pruner_options.h"

namespace hpsearch::runner {

using Schema = nlohmann::ordered_json;

// The same with null, which counts as an absent key.
Schema or_null(Schema schema);

// {"enum": [...]}.
Schema one_of_words(const std::vector<std::string_view>& words);

// A number: {"type": "integer", "minimum": 1}. Infinite bounds are left out.
Schema number_schema(bool whole, double min, double max, bool above_min, bool below_max = false);

// What the row says, with its meaning and without null. Anything for kOther.
Schema key_schema(const KeyInfo& key);
Schema option_schema(const search::PrunerOption& option);

// A map with these keys alone, each of which may be null.
Schema map_schema(Schema properties, const std::vector<std::string>& required = {});

// The properties of the rows that are keys of sweeps of this kind.
Schema properties_of(std::span<const KeyInfo> keys, KeyInfo::Scope scope);

}  // namespace hpsearch::runner

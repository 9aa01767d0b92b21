// JSON as text, in both directions.
//
// The library's parser and serialiser are large templates: compiled here once, they cost seconds of
// compile time in one source instead of in every one that reads or writes JSON.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace hpsearch::nn {

// One line without spaces. Texts come from users and files: bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::json& json);
std::string json_text(const nlohmann::ordered_json& json);

// The same in ASCII alone: every other character as a \u escape.
std::string ascii_json_text(const nlohmann::json& json);
std::string ascii_json_text(const nlohmann::ordered_json& json);

// What the text says; a value with is_discarded() where it is not JSON. Never throws for the text.
nlohmann::json parse_json(std::string_view text);

// The same, with the keys of objects in the order of the text.
nlohmann::ordered_json parse_ordered_json(std::string_view text);

}  // namespace hpsearch::nn

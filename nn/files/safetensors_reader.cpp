#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"
#include "nn/files/safetensors.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kPrefix = 8;               // bytes of the header's length
constexpr std::uint64_t kMaxHeader = 100'000'000;  // bytes, as the format's own library has it

[[noreturn]] void fail(const fs::path& path, std::string_view fault) {
  throw DataError(path.string(), fault, "write the file again; this one is damaged");
}

// The place of a tensor among the numbers, in bytes.
struct Place {
  std::string name;
  std::vector<std::size_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The header's members. Keys that stand twice would hide each other.
Json parse_header(const fs::path& path, const std::string& text) {
  std::set<std::string> names;
  bool twice = false;
  auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::key && depth == 1) {
      twice = !names.insert(value.get<std::string>()).second || twice;
    }
    return true;
  };
  Json header = Json::parse(text, watch, false);
  if (!header.is_object() || twice) {
    fail(path, "its header is no JSON object whose keys all differ");
  }
  return header;
}

// The number of bytes that `shape` takes; empty where no file could hold it.
std::optional<std::uint64_t> bytes_of(const std::vector<std::size_t>& shape) {
  std::uint64_t bytes = sizeof(float);
  for (const std::size_t n : shape) {
    if (__builtin_mul_overflow(bytes, std::uint64_t{n}, &bytes)) {
      return std::nullopt;
    }
  }
  return bytes;
}

Place read_place(const fs::path& path, const std::string& name, const Json& json) {
  const std::string what = fmt::format("its tensor {}", in_quotes(name));
  auto is_count = [](const Json& n) { return n.is_number_unsigned(); };
  auto are_counts = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_array() &&
           std::all_of(json[key].begin(), json[key].end(), is_count);
  };
  if (!are_counts("shape") || !are_counts("data_offsets") || json["data_offsets"].size() != 2 ||
      !json.contains("dtype") || !json["dtype"].is_string()) {
    fail(path, what + " has no dtype, shape and data_offsets");
  }
  if (json["dtype"] != "F32") {
    throw DataError(path.string(),
                    fmt::format("{} holds {}, not 32-bit floats", what,
                                in_quotes(json["dtype"].get<std::string>())),
                    "convert it to F32");
  }
  Place place{name, json["shape"].get<std::vector<std::size_t>>(),
              json["data_offsets"][0].get<std::uint64_t>(),
              json["data_offsets"][1].get<std::uint64_t>()};
  if (place.end < place.begin || bytes_of(place.shape) != place.end - place.begin) {
    fail(path, what + " takes another number of bytes than its shape says");
  }
  return place;
}

TensorMetadata read_metadata(const fs::path& path, const Json& json) {
  TensorMetadata metadata;
  if (!json.is_object()) {
    fail(path, "its __metadata__ is no map of texts");
  }
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) {
      fail(path, "its __metadata__ is no map of texts");
    }
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

}  // namespace

SafetensorsFile read_safetensors(const fs::path& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) {
    throw DataError(path.string(), "cannot be read",
                    "check that the file exists and that you may read it");
  }
  std::array<char, kPrefix> prefix{};
  if (size < kPrefix || !stream.read(prefix.data(), kPrefix)) {
    fail(path, "is too short to be a safetensors file");
  }
  const auto length = std::bit_cast<std::uint64_t>(prefix);
  if (length > kMaxHeader || length > size - kPrefix) {
    fail(path, fmt::format("says that its header has {} bytes, which it has not", length));
  }
  std::string text(length, '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(length))) {
    fail(path, "ends in its header");
  }
  const Json header = parse_header(path, text);
  SafetensorsFile file;
  std::vector<Place> places;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      file.metadata = read_metadata(path, value);
    } else {
      places.push_back(read_place(path, name, value));
    }
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Place& place : places) {
    if (place.begin != at) {
      fail(path, fmt::format("its tensor {} does not begin where the one before it ends",
                             in_quotes(place.name)));
    }
    at = place.end;
  }
  if (at != size - kPrefix - length) {
    fail(path, fmt::format("has {} bytes of numbers where its header says {}",
                           size - kPrefix - length, at));
  }
  for (const Place& place : places) {
    LoadedTensor tensor{place.name, place.shape, {}};
    tensor.values.resize((place.end - place.begin) / sizeof(float));
    if (!stream.read(reinterpret_cast<char*>(tensor.values.data()),
                     static_cast<std::streamsize>(place.end - place.begin))) {
      fail(path, "ends in its numbers");
    }
    file.tensors.push_back(std::move(tensor));
  }
  return file;
}

}  // namespace hpsearch::nn

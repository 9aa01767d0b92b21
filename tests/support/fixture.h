// Reads the files of exact numbers in tests/fixtures.
#pragma once

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "test_locations.h"

namespace hpsearch::test {

// It lasts as long as the program: `for (auto& x : read_fixture("a.json").at("b"))` would outlive
// a temporary.
inline const nlohmann::json& read_fixture(const std::string& name) {
  static std::map<std::string, nlohmann::json> read;
  if (const auto known = read.find(name); known != read.end()) {
    return known->second;
  }
  const std::string path = std::string(HPSEARCH_FIXTURES) + "/" + name;
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  return read[name] = nlohmann::json::parse(file);
}

}  // namespace hpsearch::test

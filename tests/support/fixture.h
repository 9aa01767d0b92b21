// Reads the files of exact numbers in tests/fixtures.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "test_locations.h"

namespace hpsearch::test {

inline nlohmann::json read_fixture(const std::string& name) {
  const std::string path = std::string(HPSEARCH_FIXTURES) + "/" + name;
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  return nlohmann::json::parse(file);
}

}  // namespace hpsearch::test

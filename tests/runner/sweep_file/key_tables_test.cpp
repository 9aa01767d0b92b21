// The tables of keys: that the reader takes the same keys, and that the reference says the same.

#include "runner/sweep_file/key_tables.h"

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

using Names = std::set<std::string>;
using Scope = KeyInfo::Scope;

// What the reader itself lists as valid keys, by the map in which the key zzz stands: 'stop'.
std::map<std::string, Names> keys_asked_for(const std::string& yaml) {
  std::map<std::string, Names> all;
  std::istringstream lines(messages(yaml));
  const std::regex unknown("unknown key 'zzz'(?: in '([^']*)')?; valid keys: (.*)");
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_search(line, parts, unknown)) {
      std::istringstream list(parts[2]);
      for (std::string key; std::getline(list >> std::ws, key, ',');) {
        all[parts[1]].insert(key);
      }
    }
  }
  return all;
}

Names names(std::span<const KeyInfo> keys, Scope other) {
  Names result;
  for (const KeyInfo& key : keys) {
    if (key.scope != other) {
      result.emplace(key.name);
    }
  }
  return result;
}

TEST(KeyTables, HaveTheKeysThatTheReaderOfNetworksTakes) {
  const auto asked = keys_asked_for(
      "method: coarse_to_fine\nzzz: 1\nmetric: {name: val_loss, zzz: 1}\nstop: {zzz: 1}\n"
      "dataset: {source: tt.csv, zzz: 1, columns: {zzz: 1}}\nparallel: {zzz: 1}\n"
      "search: {zzz: 1, stages: [{share: 1, epochs: 1, zzz: 1}]}\nrepeats: {zzz: 1}\n"
      "ensemble: {folds: 2, zzz: 1}\ncheckpoints: {zzz: 1}\n"
      "parameters:\n  dropout: {distribution: normal, zzz: 1}\n  l2: {values: [0], zzz: 1}\n"
      "  l1: {value: 0, zzz: 1}\n  momentum: {distribution: q_uniform, min: 0, max: 1, q: 1, zzz: "
      "1}\n");
  const std::pair<const char*, std::span<const KeyInfo>> maps[]{{"", top_keys()},
                                                                {"metric", metric_keys()},
                                                                {"stop", stop_keys()},
                                                                {"dataset", dataset_keys()},
                                                                {"columns", column_keys()},
                                                                {"search", search_keys()},
                                                                {"stages[0]", stage_keys()},
                                                                {"repeats", repeats_keys()},
                                                                {"ensemble", ensemble_keys()},
                                                                {"checkpoints", checkpoints_keys()},
                                                                {"parallel", parallel_keys()}};
  for (const auto& [where, table] : maps) {
    ASSERT_TRUE(asked.contains(where)) << where;
    EXPECT_EQ(asked.at(where), names(table, Scope::kPrograms)) << where;
  }
  Names parameter;
  for (const char* where : {"dropout", "l2", "l1", "momentum"}) {
    ASSERT_TRUE(asked.contains(where)) << where;
    parameter.insert(asked.at(where).begin(), asked.at(where).end());
  }
  EXPECT_EQ(parameter, names(parameter_keys(), Scope::kPrograms));
}

TEST(KeyTables, HaveTheKeysThatTheReaderOfProgramsTakes) {
  const auto asked = keys_asked_for(
      "program: a\nmetric: {name: x, zzz: 1}\nparallel: {zzz: 1}\n"
      "fidelity: {parameter: epochs, max: 9, zzz: 1}\nstop: {zzz: 1}\n"
      "parameters:\n  a: {value: 1}\n");
  EXPECT_EQ(asked.at("metric"), names(metric_keys(), Scope::kNetworks));
  EXPECT_EQ(asked.at("parallel"), names(parallel_keys(), Scope::kNetworks));
  EXPECT_EQ(asked.at("fidelity"), names(fidelity_keys(), Scope::kNetworks));
}

TEST(KeyTables, HoldTheReaderToTheirRanges) {
  for (const KeyInfo& key : stop_keys()) {
    if (key.form == KeyInfo::Form::kWhole) {
      EXPECT_NE(messages(std::string(kData) + "stop: {" + std::string(key.name) + ": 0}\n"), "")
          << key.name;
    }
  }
  EXPECT_EQ(messages(std::string(kData) + "retry: 100\n"), "");
  EXPECT_NE(messages(std::string(kData) + "retry: 101\n"), "");
}

// The rows of the table below a heading, by each name in their first cell: the default, where the
// table has one, and the meaning without references to other places.
std::map<std::string, std::pair<std::string, std::string>> reference(const std::string& heading) {
  std::ifstream file(std::string(HPSEARCH_SOURCE_DIR) + "/configs/README.md");
  std::map<std::string, std::pair<std::string, std::string>> rows;
  bool here = false;
  bool table = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) {
      here = line.ends_with(" " + heading);
      table = false;
    } else if (here && line.starts_with("| key |")) {
      table = rows.empty();
    } else if (table && !line.starts_with("|")) {
      table = false;
    } else if (table && !line.starts_with("|--")) {
      std::vector<std::string> cells;
      std::istringstream rest(line.substr(1));
      for (std::string cell; std::getline(rest, cell, '|');) {
        cell.erase(0, cell.find_first_not_of(' '));
        cells.push_back(cell.substr(0, cell.find_last_not_of(' ') + 1));
      }
      std::string meaning = std::regex_replace(
          cells.back(), std::regex("[,;]? \\[see (below|above)\\]\\([^)]*\\)|, see the next table"),
          "");
      meaning = std::regex_replace(meaning, std::regex("\\[([^\\]]*)\\]\\([^)]*\\)"), "$1");
      const std::string fallback = cells.size() > 2 ? cells[cells.size() - 2] : "";
      const std::regex name("`([^`]+)`");
      for (std::sregex_iterator at(cells[0].begin(), cells[0].end(), name), end; at != end; ++at) {
        rows[(*at)[1]] = {fallback, meaning};
      }
    }
  }
  return rows;
}

TEST(KeyTables, AreWhatTheReferenceSays) {
  const std::pair<const char*, std::span<const KeyInfo>> tables[]{
      {"Keys of a sweep file", top_keys()}, {"`dataset`", dataset_keys()},
      {"`repeats`", repeats_keys()},        {"`ensemble`", ensemble_keys()},
      {"`parameters`", parameter_keys()},   {"`search`", search_keys()},
      {"`checkpoints`", checkpoints_keys()}};
  const auto of_programs = reference("Programs as trials");
  for (const auto& [heading, table] : tables) {
    const auto rows = reference(heading);
    for (const auto& [name, row] : rows) {
      EXPECT_NE(find_key(table, name), nullptr)
          << heading << " has a row that no table has: " << name;
    }
    for (const KeyInfo& key : table) {
      const bool program = key.scope == Scope::kPrograms;
      const auto& page = program ? of_programs : rows;
      const auto row = page.find(std::string(key.name));
      if (row == page.end()) {
        // Keys that the text of another row explains.
        EXPECT_EQ(heading, std::string("`parameters`")) << key.name;
        continue;
      }
      EXPECT_EQ(row->second.first, key.fallback) << key.name;
      EXPECT_EQ(row->second.second, key.meaning) << key.name;
    }
  }
}

}  // namespace
}  // namespace hpsearch::runner

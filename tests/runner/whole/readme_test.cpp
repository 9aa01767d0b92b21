// What the README shows is true.

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "runner/sweep_file/sweep_file.h"
#include "test_locations.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(HPSEARCH_SOURCE_DIR) + "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The first fenced block of a language.
std::string block(const std::string& text, const std::string& language) {
  const std::size_t begin = text.find("```" + language + "\n") + language.size() + 4;
  return text.substr(begin, text.find("```", begin) - begin);
}

// Numbers, and with them the width of columns, differ with the machine; the words may not.
std::string without_numbers(const std::string& text) {
  return std::regex_replace(text, std::regex("digest: [0-9a-f]+|[0-9][0-9.]*| +"), "#");
}

TEST(Readme, ShowsWhatTheQuickstartPrints) {
  const RunFolder folder(read_file("configs/quickstart.yaml"));
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string shown = without_numbers(read_file("README.md"));
  EXPECT_NE(shown.find(without_numbers(result.out + "\n$ hpsearch report\n")), std::string::npos)
      << result.out;
  const std::string table = without_numbers(folder.report().out);
  const std::string titles =
      table.substr(table.find("rank"), table.find('\n', table.find("rank")) - table.find("rank"));
  EXPECT_NE(shown.find(titles + "\n"), std::string::npos) << titles;
}

TEST(Readme, ShowsASweepFileThatReads) {
  const test::TempFolder folder;
  const std::string yaml = block(read_file("README.md"), "yaml");
  const auto file = load_sweep_file(folder.write("readme.yaml", yaml).string());
  EXPECT_EQ(file.spec.name, "quickstart");
  EXPECT_EQ(file.spec.space.size(), 3U);
}

TEST(Readme, ShowsQueriesThatAnswer) {
  std::string yaml = small_sweep(2);
  yaml.replace(yaml.find("name: small"), 11, "name: quickstart");
  const RunFolder folder(yaml);
  ASSERT_EQ(folder.run().code, 0);
  std::istringstream queries(block(read_file("README.md"), "sql"));
  int answered = 0;
  for (std::string sql; std::getline(queries, sql, ';');) {
    if (sql.find("SELECT") == std::string::npos) {
      continue;
    }
    // Whether it is valid, not what it finds: a syntax error or an unknown column gives no row
    // here.
    sql = sql.substr(sql.find("SELECT"));
    EXPECT_EQ(folder.query("SELECT count(*) >= 0 FROM (" + sql + ")"), "1") << sql;
    ++answered;
  }
  EXPECT_EQ(answered, 4);
}

TEST(Readme, ShowsTheMessageThatIsPrinted) {
  const std::string readme = read_file("README.md");
  const std::size_t at = readme.find("sweep.yaml:8:3: error:");
  ASSERT_NE(at, std::string::npos);
  const std::string shown = readme.substr(at, readme.find("```", at) - at);
  const RunFolder folder(
      "name: quickstart\nseed: 1\nmethod: random\nrun_cap: 60\ndataset: {source: digits}\n"
      "model: {hidden: [128]}\nparameters:\n  leraning_rate: {min: 1e-4, max: 1, scale: log}\n");
  EXPECT_EQ(folder.run().err, shown);
}

}  // namespace
}  // namespace hpsearch::runner

// The files that an installation has beside the program: manual pages, completions, the schema.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/settings/settings.h"
#include "runner/commands/command.h"
#include "runner/sweep_file/key_tables.h"
#include "search/pruners/pruner.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

// stdout and stderr of a shell's command.
std::string output_of(const std::string& command) {
  std::FILE* shell = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) {
    text += static_cast<char>(c);
  }
  pclose(shell);
  return text;
}

bool has_mandoc() {
  return output_of("command -v mandoc").find("mandoc") != std::string::npos;
}

class Manual : public testing::Test {
 protected:
  void SetUp() override {
    const auto result = test::run_hpsearch(folder.path(), {"__share", "share"});
    ASSERT_EQ(result.code, 0) << result.err;
  }
  std::string page(const std::string& name) const {
    return folder.read("share/man/man" + name.substr(name.size() - 1) + "/" + name);
  }
  std::string help(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(folder.path(), arguments).out;
  }
  test::TempFolder folder;
};

// Without the marks of fonts and escapes.
std::string plain(std::string text) {
  text = std::regex_replace(text, std::regex("\\\\f[BIR]|\\\\&"), "");
  text = std::regex_replace(text, std::regex("\\\\-"), "-");
  return std::regex_replace(text, std::regex("\\\\\\(aq"), "'");
}

TEST_F(Manual, HasAPageForEachVerbThatNamesItsOptions) {
  const std::regex option("--[a-z][a-z-]*");
  for (const Command& command : command_table()) {
    const std::string name(command.name);
    const std::string text = plain(page("hpsearch-" + name + ".1"));
    ASSERT_THAT(text, HasSubstr("hpsearch-" + name + " - ")) << name;
    const std::string shown = help({name, "--help"});
    for (std::sregex_iterator at(shown.begin(), shown.end(), option), end; at != end; ++at) {
      EXPECT_THAT(text, HasSubstr(at->str())) << name;
    }
    EXPECT_THAT(text, HasSubstr(".SH EXIT STATUS\n.TP\n0\n")) << name;
    EXPECT_THAT(plain(page("hpsearch.1")), HasSubstr(".TP\n" + name)) << name;
  }
}

TEST_F(Manual, HasEveryKeyAndSettingOfTheSweepFile) {
  const std::string text = plain(page("hpsearch.5"));
  const auto has = [&](std::string_view name) {
    EXPECT_THAT(text, HasSubstr(".TP\n" + std::string(name))) << name;
  };
  for (const auto keys : {top_keys(), dataset_keys(), search_keys(), parameter_keys()}) {
    for (const KeyInfo& key : keys) {
      has(key.name);
    }
  }
  for (const nn::SettingInfo& setting : nn::setting_table()) {
    has(setting.name);
  }
  for (const search::PrunerInfo& pruner : search::pruner_table()) {
    EXPECT_THAT(text, HasSubstr(".SS type: " + std::string(pruner.name)));
    for (const search::PrunerOption& option : pruner.options) {
      has(option.name);
    }
  }
}

TEST_F(Manual, IsWellFormed) {
  if (!has_mandoc()) {
    GTEST_SKIP() << "mandoc is not installed";
  }
  int pages = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "share/man")) {
    if (entry.is_regular_file()) {
      EXPECT_THAT(output_of("mandoc -Tlint -Wwarning '" + entry.path().string() + "'"), IsEmpty());
      ++pages;
    }
  }
  EXPECT_EQ(pages, static_cast<int>(command_table().size()) + 2);
  // And that it is seen when one is not.
  const fs::path wrong = folder.write("wrong.1", ".SH NAME\n.nosuch\n");
  EXPECT_NE(output_of("mandoc -Tlint -Wwarning '" + wrong.string() + "'"), "");
}

// What people read: an example can be copied into a shell or a file.
TEST_F(Manual, ShowsExamplesAsTheyAreTyped) {
  if (!has_mandoc()) {
    GTEST_SKIP() << "mandoc is not installed";
  }
  const auto shown = [&](const std::string& path) {
    return output_of("mandoc -Tascii -Owidth=200 '" +
                     (folder.path() / "share/man" / path).string() + "' | sed 's/.\\x08//g'");
  };
  EXPECT_THAT(shown("man1/hpsearch-run.1"),
              HasSubstr("hpsearch run -p lr=1e-4..1e-1:log -p width=64,128 --metric loss:min -- "
                        "python3 train.py {args}\n"));
  EXPECT_THAT(shown("man5/hpsearch.5"),
              HasSubstr("  learning_rate: {min: 1e-4, max: 1, scale: log}"));
}

TEST_F(Manual, LiesBesideCompletionsAndTheSchema) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string path = std::string(shell) == "bash" ? "bash-completion/completions/hpsearch"
                             : std::string(shell) == "zsh"
                                 ? "zsh/site-functions/_hpsearch"
                                 : "fish/vendor_completions.d/hpsearch.fish";
    EXPECT_EQ(folder.read("share/" + path), help({"completion", shell}));
  }
  EXPECT_EQ(folder.read("share/hpsearch/sweep.schema.json"), help({"schema"}));
}

TEST_F(Manual, OfAFolderThatCannotBeWrittenIsAnError) {
  folder.write("file", "");
  const auto result = test::run_hpsearch(folder.path(), {"__share", "file"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("hpsearch: "));
}

}  // namespace
}  // namespace hpsearch::runner

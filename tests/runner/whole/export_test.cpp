// What `export` writes, where, and what it leaves alone. What Optuna and TensorBoard find in it is
// looked at in tests/export.

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runner/commands/export_target.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

test::ProcessResult call(const RunFolder& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "export");
  return test::run_hpsearch(folder.path(), arguments);
}

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

// No file that was begun and not finished.
bool has_no_parts(const fs::path& folder) {
  return std::none_of(fs::directory_iterator(folder), fs::directory_iterator(), [](const auto& e) {
    return e.path().string().find(".part") != std::string::npos;
  });
}

TEST(Export, WritesTrialsByNumberAsCsv) {
  const RunFolder folder(small_sweep());
  folder.run();
  const auto result = call(folder, {});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  // The same rows as a report that sorts them so.
  EXPECT_EQ(result.out, folder.report({"--csv", "--sort", "trial"}).out);
  ASSERT_THAT(lines_of(result.out), SizeIs(7));
  EXPECT_THAT(lines_of(result.out)[0], StartsWith("rank,trial,trial_id,state,value,"));
}

TEST(Export, WritesEveryEpoch) {
  const RunFolder folder(small_sweep());
  folder.run();
  const auto lines = lines_of(call(folder, {"--epochs"}).out);
  EXPECT_EQ(std::to_string(lines.size() - 1), folder.query("SELECT count(*) FROM learning_curves"));
  EXPECT_THAT(lines[0], HasSubstr(",val_accuracy,"));
  EXPECT_THAT(lines[0], HasSubstr(",val_f1\r"));
  const auto json = lines_of(call(folder, {"--format", "jsonl"}).out);
  ASSERT_THAT(json, SizeIs(6));
  EXPECT_EQ(nlohmann::json::parse(json[5])["params"],
            nlohmann::json::parse(folder.query("SELECT params_json FROM trials WHERE number = 5")));
}

TEST(Export, WritesFilesThatHoldWhatStdoutWouldHave) {
  const RunFolder folder(small_sweep());
  folder.run();
  for (const char* format : {"csv", "jsonl"}) {
    const auto result = call(folder, {"--format", format, "--out", "out/to"});
    EXPECT_EQ(result.code, 1) << "the folder is not there";
    EXPECT_THAT(result.err, HasSubstr("out/to: cannot be written: No such file or directory"));
    const std::string name = std::string("a.") + format;
    const auto written = call(folder, {"--format", format, "--out", name});
    EXPECT_EQ(written.code, 0);
    EXPECT_EQ(written.out, "");
    EXPECT_EQ(written.err, "wrote " + name + "\n");
    EXPECT_EQ(text_of(folder.path() / name), call(folder, {"--format", format}).out);
  }
  EXPECT_TRUE(has_no_parts(folder.path()));
}

TEST(Export, KeepsWhatIsThereUnlessItIsForced) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  for (const std::string format : {"csv", "jsonl", "optuna"}) {
    const auto written = call(folder, {"--format", format, "--out", "b", "--force"});
    ASSERT_EQ(written.code, 0) << written.err;
    fs::rename(folder.path() / "b", folder.path() / "a");
    const std::string before = text_of(folder.path() / "a");
    const auto refused = call(folder, {"--format", format, "--out", "a"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_EQ(refused.err,
              "hpsearch: a: already exists; choose another name with --out, or replace it with "
              "--force\n");
    EXPECT_EQ(text_of(folder.path() / "a"), before);
    folder.write("a", "");
    EXPECT_EQ(call(folder, {"--format", format, "--out", "a", "--force"}).code, 0);
    EXPECT_EQ(text_of(folder.path() / "a").size(), before.size());
  }
  EXPECT_EQ(test::query(folder.path() / "a", "SELECT count(*) FROM trial_params"), "6");
  EXPECT_TRUE(has_no_parts(folder.path()));
}

TEST(Export, ReplacesAFolderOfItsOwnFilesOnly) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  EXPECT_EQ(call(folder, {"--format", "tensorboard"}).err, "wrote small.tensorboard\n");
  EXPECT_EQ(call(folder, {"--format", "tensorboard"}).code, 2);
  folder.write("small.tensorboard/trial_7/events.out.tfevents.1.hpsearch", "old");
  EXPECT_EQ(
      call(folder, {"--format", "tensorboard", "--force", "--out", "small.tensorboard/"}).code, 0);
  EXPECT_FALSE(fs::exists(folder.path() / "small.tensorboard/trial_7"));
  EXPECT_TRUE(fs::exists(folder.path() / "small.tensorboard/trial_1"));
  folder.write("small.tensorboard/trial_1/thesis.txt", "mine");
  const auto refused = call(folder, {"--format", "tensorboard", "--force"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.err,
            "hpsearch: small.tensorboard: --force replaces only folders of event files, and this "
            "one contains trial_1/thesis.txt; choose another name with --out\n");
  EXPECT_EQ(text_of(folder.path() / "small.tensorboard/trial_1/thesis.txt"), "mine");
  EXPECT_TRUE(has_no_parts(folder.path()));
}

TEST(Export, NeverTakesTheDatabaseOrSomethingElseThanAFile) {
  const RunFolder folder(small_sweep(1));
  folder.run();
  fs::create_symlink("hpsearch.db", folder.path() / "link");
  fs::create_directory(folder.path() / "there");
  const std::string digest = folder.digest();
  for (const char* name :
       {"hpsearch.db", "./there/../hpsearch.db", "hpsearch.db-wal", "hpsearch.db.files", "link"}) {
    const auto result = call(folder, {"--out", name, "--force"});
    EXPECT_EQ(result.code, 2) << name;
    EXPECT_EQ(
        result.err,
        fmt::format(
            "hpsearch: {}: is the database, or belongs to it; choose another name with --out\n",
            name));
  }
  EXPECT_EQ(call(folder, {"--format", "optuna", "--out", "there", "--force"}).err,
            "hpsearch: there: is a folder; choose another name with --out\n");
  EXPECT_EQ(call(folder, {"--format", "tensorboard", "--out", "sweep.yaml", "--force"}).err,
            "hpsearch: sweep.yaml: exists and is not a folder; choose another name with --out\n");
  EXPECT_EQ(call(folder, {"--out", "/dev/null", "--force"}).code, 2);
  EXPECT_EQ(folder.digest(), digest);
}

TEST(Export, NamesFilesAfterTheSweepAndNeverLeavesTheFolder) {
  EXPECT_EQ(file_slug("quick.start_1"), "quick.start_1");
  EXPECT_EQ(file_slug("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(file_slug("a b\n\xc3\xa9~1"), "a-b-1");
  EXPECT_EQ(file_slug(".."), "sweep");
  EXPECT_EQ(file_slug("/"), "sweep");
  EXPECT_EQ(file_slug(""), "sweep");
  EXPECT_EQ(file_slug("--force"), "force");
  EXPECT_THAT(file_slug(std::string(5000, 'x')), SizeIs(100));
  std::string yaml = small_sweep(1);
  yaml.replace(yaml.find("small"), 5, "\"/../../up\"");
  const RunFolder folder(yaml);
  folder.run();
  EXPECT_EQ(call(folder, {"--format", "optuna"}).err, "wrote up.optuna.db\n");
  EXPECT_TRUE(fs::exists(folder.path() / "up.optuna.db"));
}

TEST(Export, SaysWhatCannotBe) {
  const RunFolder folder(small_sweep(1));
  folder.run();
  EXPECT_EQ(call(folder, {"--format", "optun"}).err,
            "hpsearch: unknown format 'optun'; did you mean 'optuna'?; valid: csv, jsonl, optuna, "
            "yaml, tensorboard, onnx, npz, c, safetensors\n");
  EXPECT_EQ(
      call(folder, {"--format", "jsonl", "--epochs"}).err,
      "hpsearch: --epochs applies only to csv; jsonl always includes epochs, so leave it out\n");
  EXPECT_EQ(call(folder, {"--out", ""}).err, "hpsearch: --out needs a file or folder name\n");
  EXPECT_EQ(call(folder, {"--sweep", "other"}).code, 2);
  EXPECT_EQ(call(folder, {"--db", "no.db"}).code, 1);
}

TEST(Export, ReadsWhileARunWrites) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return folder.query("SELECT 1 FROM epochs") == "1"; }));
  for (const std::string format : {"csv", "jsonl", "optuna", "tensorboard"}) {
    const auto result = call(folder, {"--format", format});
    EXPECT_EQ(result.code, 0) << result.err;
  }
  process.signal(SIGINT);
  EXPECT_EQ(process.wait().code, 130);
  const auto json = lines_of(call(folder, {"--format", "jsonl"}).out);
  EXPECT_EQ(std::to_string(json.size()), folder.query("SELECT count(*) FROM trials"));
}

}  // namespace
}  // namespace hpsearch::runner

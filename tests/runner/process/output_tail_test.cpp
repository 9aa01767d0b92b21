// What is kept of a program's output, against the whole of it.
#include "runner/process/output_tail.h"

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/process/line_splitter.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(OutputTail, KeepsTheEndOfAnyStream) {
  std::mt19937 random(3);
  for (const std::size_t capacity : {1U, 2U, 7U, 64U}) {
    Tail tail(capacity);
    std::string whole;
    for (int i = 0; i < 2000; ++i) {
      const std::string part(random() % (i % 10 == 0 ? 200 : 9), static_cast<char>('a' + i % 26));
      tail.add(part);
      whole += part;
      const std::string end = whole.substr(whole.size() - std::min(whole.size(), capacity));
      ASSERT_EQ(tail.text(), end);
      ASSERT_EQ(tail.total(), whole.size());
      ASSERT_EQ(tail.dropped(), whole.size() - end.size());
    }
  }
}

TEST(OutputTail, LastErrorsBeginWithAWholeLine) {
  OutputTail output;
  output.add_errors("short\nand whole");
  EXPECT_EQ(output.last_errors(), "short\nand whole");
  output.add_output("not an error");
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    output.add_errors("line " + std::to_string(i) + "\n");
  }
  EXPECT_TRUE(output.last_errors().starts_with("line "));
  EXPECT_TRUE(output.last_errors().ends_with("line 999\n"));
  EXPECT_GT(output.last_errors().size(), 4000U);
  EXPECT_LE(output.last_errors().size(), 4096U);
  EXPECT_TRUE(output.text().starts_with("short\nand wholenot an errorline 0\n"));

  output.add_errors(std::string(10'000, 'x'));
  EXPECT_EQ(output.last_errors(), std::string(4096, 'x'));
  output.add_errors("\n");
  EXPECT_EQ(output.last_errors(), std::string(4095, 'x') + "\n");
}

// The lines of a text that comes in parts of these sizes.
std::vector<std::string> split(const std::string& text, std::mt19937& random, std::size_t largest) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::min(text.size() - at, random() % largest + 1);
    splitter.add(std::string_view(text).substr(at, size));
    at += size;
    while (splitter.next(line)) {
      lines.push_back(line);
    }
  }
  splitter.finish();
  while (splitter.next(line)) {
    lines.push_back(line);
  }
  return lines;
}

TEST(LineSplitter, SplitsAsGetlineDoes) {
  std::mt19937 random(5);
  for (std::size_t i = 0; i < 200; ++i) {
    std::string text;
    for (auto size = random() % 300; size > 0; --size) {
      text += "a\n\0"[random() % 3];
    }
    std::vector<std::string> expected;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      expected.push_back(line);
    }
    ASSERT_THAT(split(text, random, i % 40 + 1), ElementsAreArray(expected));
  }
}

TEST(LineSplitter, CutsLongLines) {
  std::mt19937 random(7);
  const std::string limit(LineSplitter::kMaxLine, 'b');
  const std::string text = limit + "\n" + limit + "c\nshort\n" + limit + limit + limit;
  EXPECT_THAT(split(text, random, 30'000), ElementsAre(limit, limit, "short", limit));
  EXPECT_THAT(split(text, random, 1'000'000), ElementsAre(limit, limit, "short", limit));
}

}  // namespace
}  // namespace hpsearch::runner

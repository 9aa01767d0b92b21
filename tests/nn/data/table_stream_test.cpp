// A table read in pieces is the table that is read whole.
#include "nn/data/table_stream.h"

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/data/csv_table.h"
#include "tests/nn/files/idx_files.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;

// All rows of a stream, and its faults.
struct Streamed {
  std::vector<std::string> names;
  Rows rows;  // a quoted cell begins with a quote
  std::vector<std::string> faults;
  std::size_t chunks = 0;
};

std::string marked(const TableCell& cell) {
  return (cell.quoted ? "\"" : "") + std::string(cell.text());
}

Streamed stream(const std::filesystem::path& path,
                const TableStream::Sizes& sizes,
                const ReadingRules& rules = {},
                const std::vector<std::string>& known = {}) {
  TableStream source(path, rules, known, sizes);
  Streamed result;
  result.names = source.columns();
  std::vector<TableSource::Selected> selected;
  for (std::size_t c = 0; c < result.names.size(); ++c) {
    selected.push_back({c, result.names[c]});
  }
  source.select(selected);
  TableChunk chunk;
  while (source.next(chunk)) {
    ++result.chunks;
    for (std::size_t row = 0; row < chunk.table.rows; ++row) {
      std::vector<std::string>& cells = result.rows.emplace_back();
      for (const TableColumn& column : chunk.table.columns) {
        cells.push_back(marked(column.cells[row]));
      }
    }
    for (const TableChunk::BadRecord& record : chunk.faults) {
      result.faults.push_back(record.sentence);
    }
  }
  return result;
}

// A table with everything that a border between pieces could cut: quotes that hold separators, line
// ends and doubled quotes, blank lines, blanks around cells, characters of several bytes.
std::string made_table(std::uint64_t seed, bool quotes) {
  Stream stream(seed, Purpose::kSample);
  const std::vector<std::string> ends{"\n", "\r\n", "\r"};
  const std::string end = ends[seed % ends.size()];
  const std::vector<std::string> cells{"1.5",    "-20", " 7 ", "",
                                       "Zürich", "a b", "\tx", "café \"q\""};
  const std::vector<std::string> quoted{"\"a,b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "\"\"",
                                        " \"x\" ", "\"end\r\n\""};
  std::string text = "first,second,third" + end;
  for (std::size_t row = 0; row < 400; ++row) {
    for (int c = 0; c < 3; ++c) {
      text += c == 0 ? "" : ",";
      const bool in_quotes = quotes && stream.below(4) == 0;
      const auto& from = in_quotes ? quoted : cells;
      const std::string& cell = from[stream.below(from.size())];
      // Without quotes the fast path splits, so no cell may have one.
      text += !quotes && cell.find('"') != std::string::npos ? "plain" : cell;
    }
    text += stream.below(10) == 0 ? "," : "";  // a separator at the end
    text += stream.below(12) == 0 ? end + "  " + end : end;
  }
  if (seed % 2 == 0) {
    text.resize(text.find_last_not_of("\r\n") + 1);
  }
  return text;
}

TEST(TableStream, ReadsWhatTheWholeReaderReadsWhereverItsPiecesEnd) {
  const test::TempFolder folder;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    for (const bool quotes : {false, true}) {
      const std::string text = made_table(seed, quotes);
      const auto path = folder.write("t.csv", text);
      const Table whole = read_csv_table(path, {.source = "t.csv", .target = "third"});
      Rows rows(whole.rows);
      for (const TableColumn& column : whole.columns) {
        for (std::size_t row = 0; row < whole.rows; ++row) {
          rows[row].push_back(marked(column.cells[row]));
        }
      }
      for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 1000U, 1U << 20U}) {
        const Streamed streamed = stream(path, {1, piece});
        ASSERT_EQ(streamed.rows.size(), rows.size()) << "seed " << seed << ", pieces of " << piece;
        ASSERT_EQ(streamed.rows, rows) << "seed " << seed << ", pieces of " << piece;
        EXPECT_THAT(streamed.faults, ElementsAre());
        EXPECT_THAT(streamed.names, ElementsAre("first", "second", "third"));
        if (piece < 1000) {
          EXPECT_GT(streamed.chunks, 10U) << "the pieces are small";
        }
      }
    }
  }
}

TEST(TableStream, NamesFaultsByTheirLineInTheFile) {
  const test::TempFolder folder;
  std::string text = "sep=,\na,b\n";
  for (int line = 3; line < 900; ++line) {
    text += line == 700   ? "1,2,3\n"
            : line == 701 ? "4\n"
            : line == 800 ? "\"x\"y,5\n"
                          : fmt::format("{},{}\n", line, line);
  }
  const auto path = folder.write("t.csv", text);
  const std::string whole = test::data_error_of([&] { read_csv_table(path, {.source = "t.csv"}); });
  for (const std::size_t piece : {1U, 17U, 4096U}) {
    const Streamed streamed = stream(path, {1, piece});
    EXPECT_EQ(fmt::format("{}", fmt::join(streamed.faults, "\n")), whole) << piece;
    EXPECT_EQ(streamed.rows.size(), 897U - 3U);
  }
}

TEST(TableStream, EndsAtAQuoteThatIsNeverClosed) {
  const test::TempFolder folder;
  std::string text = "a,b\n";
  for (int row = 0; row < 1000; ++row) {
    text += "1,2\n";
  }
  text += "\"open,3\n4,5\n";
  const Streamed streamed = stream(folder.write("t.csv", text), {1, 512});
  EXPECT_EQ(streamed.rows.size(), 1000U);
  ASSERT_EQ(streamed.faults.size(), 1U);
  EXPECT_THAT(streamed.faults[0], HasSubstr("t.csv:1002:1: this quote is not closed"));
}

TEST(TableStream, ReadsEncodingsThatALaterPieceShows) {
  const test::TempFolder folder;
  std::string ascii = "name,x\n";
  for (int row = 0; row < 1500; ++row) {
    ascii += fmt::format("n{},{}\n", row, row);
  }
  const Streamed latin = stream(folder.write("l.csv", ascii + "caf\xE9,1\n"), {1, 100});
  EXPECT_EQ(latin.rows.back()[0], "café");
  const Streamed utf8 = stream(folder.write("u.csv", ascii + "café,1\nx,2\n"), {1, 100});
  EXPECT_EQ(utf8.rows[1500][0], "café");
  std::string utf16 = "\xFF\xFE";
  for (const char c : ascii + "\xE9,1\n") {
    utf16 += {c, '\0'};
  }
  const Streamed wide = stream(folder.write("w.csv", utf16), {1, 333});
  ASSERT_EQ(wide.rows.size(), 1501U);
  EXPECT_EQ(wide.rows.back()[0], "é");
  // What was UTF-8 cannot be Latin-1 later.
  EXPECT_THAT(test::data_error_of([&] {
                stream(folder.write("b.csv", "né,x\n" + ascii + "caf\xE9,1\n"), {1, 100});
              }),
              HasSubstr("b.csv:1503:4: byte 0xe9 is not UTF-8"));
}

TEST(TableStream, TellsAHeaderByTheNamesThatItKnows) {
  const test::TempFolder folder;
  // By itself the first line would be a row: each of its texts stands below it again.
  const auto path = folder.write("t.csv", "red,blue\nred,blue\nblue,red\n");
  EXPECT_THAT(stream(path, {}).names, ElementsAre("0", "1"));
  EXPECT_THAT(stream(path, {}, {}, {"blue", "green"}).names, ElementsAre("red", "blue"));
}

TEST(ColumnFinder, FindsByNameElseByPosition) {
  const test::TempFolder folder;
  const auto finds = [&](const std::string& text, const std::vector<std::string>& trained) {
    const TableStream source(folder.write("t.csv", text), {}, trained);
    const ColumnFinder finder(source, trained, {"y"});
    std::vector<int> columns;
    for (const std::string& name : trained) {
      const auto column = finder.find(name);
      columns.push_back(column ? static_cast<int>(*column) : -1);
    }
    return columns;
  };
  EXPECT_THAT(finds("b,more,a\n1,2,3\n", {"a", "y", "b"}), ElementsAre(2, -1, 0));
  EXPECT_THAT(finds("1,2,3\n4,5,6\n", {"a", "y", "b"}), ElementsAre(0, 1, 2));
  EXPECT_THAT(finds("1,2,3,4\n4,5,6,7\n", {"a", "y", "b"}), ElementsAre(0, 1, 2));
  EXPECT_THAT(finds("1,2\n4,5\n", {"a", "y", "b"}), ElementsAre(0, -1, 1)) << "without the target";
  EXPECT_THAT(finds("q,r\n4,5\n", {"0", "1"}), ElementsAre(0, 1)) << "trained without names";
}

}  // namespace
}  // namespace hpsearch::nn

// Arrays of NumPy: .npy headers, zip archives, and the data sets in them.
#include "nn/data/array_dataset.h"

#include <cmath>
#include <functional>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/npy.h"
#include "nn/files/npy_header.h"
#include "nn/files/zip_archive.h"
#include "tests/nn/data/array_files.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using test::base64;
using test::npy;
using test::npy_of;
using test::number;
using test::Packed;
using test::zip;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Written by NumPy 1.24: numpy.savez(X=3 images of 2 x 2 bytes, y=[2, 0, 2]).
constexpr char kStored[] =
    "UEsDBC0AAAAAAAAAIQAMpSo4//////////8FABQAWC5ucHkBABAAjAAAAAAAAACMAAAAAAAAAJNOVU1QWQEAdgB7"
    "J2Rlc2NyJzogJ3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCAyLCAyKSwgfSAgICAg"
    "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAQIDBAUGBwgJCgv/UEsD"
    "BC0AAAAAAAAAIQBpHUGd//////////8FABQAeS5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rl"
    "c2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAg"
    "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAgAAAAAAAAAAAAAAAAAAAAIA"
    "AAAAAAAAUEsBAi0DLQAAAAAAAAAhAAylKjiMAAAAjAAAAAUAAAAAAAAAAAAAAIABAAAAAFgubnB5UEsBAi0DLQAA"
    "AAAAAAAhAGkdQZ2YAAAAmAAAAAUAAAAAAAAAAAAAAIABwwAAAHkubnB5UEsFBgAAAAACAAIAZgAAAJIBAAAAAA==";
// numpy.savez_compressed of floats: x_train 3 x 2 with one NaN, y_train, x_test 1 x 2, y_test.
constexpr char kPacked[] =
    "UEsDBC0AAAAIAAAAIQAn6taX//////////8LABQAeF90cmFpbi5ucHkBABAAmAAAAAAAAABYAAAAAAAAAJvsF+ob"
    "EMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkaaOgq1CmQDLgaG"
    "A/YMQAKI6hkYGhwYwKDBHgBQSwMELQAAAAgAAAAhACX1B6///////////wsAFAB5X3RyYWluLm5weQEAEACYAAAA"
    "AAAAAE8AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBak"
    "AvkaxjqaOgq1ChQALgYweGAPoT9AaSYHAFBLAwQtAAAACAAAACEAYw407v//////////CgAUAHhfdGVzdC5ucHkB"
    "ABAAiAAAAAAAAABOAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClO"
    "BYoXZyQWpAL5GoY6CkaaOgq1CmQDLgaGBw4MDAyOAFBLAwQtAAAACAAAACEApxVor///////////CgAUAHlfdGVz"
    "dC5ucHkBABAAiAAAAAAAAABJAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIK"
    "EndLzClOBYoXZyQWpAL5GoY6mjoKtQoUAC4GMOBxAABQSwECLQMtAAAACAAAACEAJ+rWl1gAAACYAAAACwAAAAAA"
    "AAAAAAAAgAEAAAAAeF90cmFpbi5ucHlQSwECLQMtAAAACAAAACEAJfUHr08AAACYAAAACwAAAAAAAAAAAAAAgAGV"
    "AAAAeV90cmFpbi5ucHlQSwECLQMtAAAACAAAACEAYw407k4AAACIAAAACgAAAAAAAAAAAAAAgAEhAQAAeF90ZXN0"
    "Lm5weVBLAQItAy0AAAAIAAAAIQCnFWivSQAAAIgAAAAKAAAAAAAAAAAAAACAAasBAAB5X3Rlc3QubnB5UEsFBgAA"
    "AAAEAAQA4gAAADACAAAAAA==";

class Arrays : public testing::Test {
 protected:
  NpyArray read(const std::string& bytes) const {
    InputFile file(folder_.write("t.csv", bytes));
    NpySource source;
    source.read = [&](std::span<std::uint8_t> out) { return file.read(out); };
    source.fail = [&](std::uint64_t offset, std::string_view fault, std::string_view remedy) {
      file.fail(offset, fault, remedy);
    };
    return read_npy(source);
  }
  std::vector<double> values(const std::string& bytes) const {
    const NpyArray array = read(bytes);
    std::vector<double> all;
    for (std::uint64_t i = 0; i < array.size(); ++i) {
      all.push_back(array.value(i));
    }
    return all;
  }
  std::string error(const std::string& bytes, DatasetSource source = {}) const {
    return folder_.error(bytes, std::move(source));
  }

  test::TableFolder folder_;
};

TEST_F(Arrays, ReadsEachTypeInEitherByteOrder) {
  EXPECT_THAT(values(npy("|u1", "(2,)", "\x01\xff")), ElementsAre(1, 255));
  EXPECT_THAT(values(npy("|i1", "(2,)", "\x01\xff")), ElementsAre(1, -1));
  EXPECT_THAT(values(npy("|b1", "(2,)", std::string("\x00\x01", 2))), ElementsAre(0, 1));
  EXPECT_THAT(values(npy("<u2", "(1,)", "\x01\xff")), ElementsAre(0xff01));
  EXPECT_THAT(values(npy(">u2", "(1,)", "\x01\xff")), ElementsAre(0x01ff));
  EXPECT_THAT(values(npy("<i2", "(1,)", "\x01\xff")), ElementsAre(-255));
  EXPECT_THAT(values(npy("<u4", "(1,)", "\x01\x02\x03\xff")), ElementsAre(4278387201.0));
  EXPECT_THAT(values(npy("<i4", "(1,)", "\xfe\xff\xff\xff")), ElementsAre(-2));
  EXPECT_THAT(values(npy(">i8", "(1,)", "\xff\xff\xff\xff\xff\xff\xff\xfd")), ElementsAre(-3));
  EXPECT_THAT(values(npy("<u8", "(1,)", number(std::uint64_t{1} << 40, 8))),
              ElementsAre(1099511627776.0));
  EXPECT_THAT(values(npy("<f4", "(1,)", number(0x3fc00000, 4))), ElementsAre(1.5));
  EXPECT_THAT(values(npy(">f8", "(1,)", std::string("\xbf\xf8\0\0\0\0\0\0", 8))),
              ElementsAre(-1.5));
  // As NumPy 1.24 writes an array of 2 x 3 in Fortran order.
  EXPECT_THAT(values(npy_of("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }" +
                                std::string(59, ' ') + "\n",
                            std::string("\0\1\0\4\0\2\0\5\0\3\0\6", 12))),
              ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(values(npy("<f8", "(0, 3)", "")), IsEmpty());
}

TEST_F(Arrays, ReadsAllVersionsOfTheFormat) {
  const std::string dict = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
  for (const int version : {2, 3}) {
    EXPECT_THAT(values("\x93NUMPY" + number(static_cast<std::uint64_t>(version), 2) +
                       number(dict.size(), 4) + dict + "\x07"),
                ElementsAre(7));
  }
  EXPECT_EQ(error("\x93NUMPY" + number(4, 2) + number(0, 4)),
            "t.csv: byte 6: version 4.0 of NumPy's array format; 1.0 to 3.0 can be read; save the "
            "array again with numpy.save");
  EXPECT_EQ(
      error("\x93NUMPY" + number(2, 2) + number(1 << 30, 4)),
      "t.csv: byte 8: a header of 1073741824 bytes; 65536 are the limit; save the array again "
      "with numpy.save");
}

TEST(NpyHeader, IsReadStrictly) {
  const auto header =
      parse_npy_header("{\"shape\": (3, 4), 'descr':'<f8' , 'fortran_order': True}");
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->descr, "<f8");
  EXPECT_TRUE(header->fortran_order);
  EXPECT_THAT(header->shape, ElementsAre(3U, 4U));
  for (const char* text :
       {"", "{", "{}", "[]", "{'descr': '<f8'}",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-3,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,}",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} x",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), 'more': 1}"}) {
    EXPECT_FALSE(parse_npy_header(text).has_value()) << text;
  }
}

TEST_F(Arrays, RefusesATruncatedArrayAtEachOffset) {
  const std::string bytes = npy("<f4", "(2, 3)", std::string(24, 'x'));
  const std::size_t header = bytes.size() - 24;
  for (std::size_t n = 6; n < bytes.size(); ++n) {
    const std::string message = error(bytes.substr(0, n));
    if (n < 8) {
      EXPECT_EQ(message,
                "t.csv: byte 0: not an array of NumPy: it does not begin with 93 4e 55 4d 50 59; "
                "save the array again with numpy.save");
    } else if (n < header) {
      EXPECT_EQ(message, fmt::format("t.csv: byte {}: the file ends within its NumPy header; fetch "
                                     "or copy the file again",
                                     n));
    } else {
      EXPECT_EQ(message,
                fmt::format("t.csv: byte {}: the file ends, but its header promises 2 x 3 "
                            "values of 4 bytes, up to byte {}; fetch or copy the file again",
                            n, bytes.size()));
    }
  }
  EXPECT_EQ(
      error(bytes + "x"),
      fmt::format("t.csv: byte {}: the file goes on after the 2 x 3 values of 4 bytes that its "
                  "header promises; fetch or copy the file again",
                  bytes.size()));
}

TEST_F(Arrays, RefusesWhatItCannotReadWithoutAllocatingForIt) {
  EXPECT_EQ(error(npy("|O", "(2, 2)", "abcd")),
            "t.csv: byte 10: values of type '|O' (Python objects) are not supported; convert it to "
            "numbers first, such as array.astype('float32')");
  EXPECT_EQ(
      error(npy("<U5", "(2, 2)", "abcd")),
      "t.csv: byte 10: values of type '<U5' (texts) are not supported; save labels as numbers, "
      "numpy.unique(y, return_inverse=True)[1]");
  EXPECT_THAT(error(npy("<f2", "(2, 2)", "abcd")), HasSubstr("type '<f2' are not"));
  EXPECT_EQ(
      error(npy("<f8", "(4294967296, 4294967296)", "x")),
      "t.csv: byte 10: the header promises 4294967296 x 4294967296 values of 8 bytes, more than "
      "the limit of 17179869184 bytes (16 GiB); split the data, or fetch the file again if its "
      "header is wrong");
  EXPECT_THAT(error(npy("<f8", "(2000000000, 1)", "x")), HasSubstr("the file ends, but"));
  EXPECT_EQ(
      error(npy("<f8", "(3)", "x")),
      "t.csv: byte 10: the NumPy header is not a dict of descr, fortran_order and shape; save "
      "the array again with numpy.save");
}

TEST_F(Arrays, ReadsAnArrayOfTwoSizesAsATable) {
  const Dataset data = folder_.load(npy("|i1", "(3, 3)", std::string("\1\2\0\3\4\1\5\7\1", 9)),
                                    {.target = std::uint64_t{2}});
  EXPECT_THAT(data.real_features, ElementsAre(1, 2, 3, 4, 5, 7));
  EXPECT_THAT(data.labels, ElementsAre(0U, 1U, 1U));
  EXPECT_EQ(data.target_name, "2");
  EXPECT_EQ(
      folder_
          .load(npy("|i1", "(2, 3)", std::string("\1\2\0\3\4\1", 6)), {.target = std::uint64_t{0}})
          .target_name,
      "0");
  EXPECT_EQ(error(npy("|u1", "(3,)", "abc")),
            "t.csv: an array of 3, but a table has rows and at least two columns; save X and y "
            "together with numpy.savez");
  EXPECT_EQ(error(npy("<f4", "(2, 2)",
                      number(0x7f800000, 4) + std::string(8, '\0') + number(0x3f800000, 4))),
            "t.csv: row 0, column 0: an infinite value; write a number, or NaN if it is missing");
}

TEST_F(Arrays, ReadsWhatNumpySavez) {
  const Dataset data = folder_.load(base64(kStored));
  EXPECT_EQ(data.rows, 3U);
  EXPECT_EQ(data.columns, 4U);
  EXPECT_EQ(data.image, (ImageShape{2, 2}));
  EXPECT_THAT(data.features, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255));
  EXPECT_THAT(data.real_features, IsEmpty());
  EXPECT_EQ(data.task, Task::kBinary);
  EXPECT_THAT(data.class_names, ElementsAre("0", "2"));
  EXPECT_THAT(data.labels, ElementsAre(1U, 0U, 1U));
  EXPECT_EQ(data.target_name, "y");
  EXPECT_EQ(data.files.size(), 1U);
}

TEST_F(Arrays, ReadsWhatNumpySavezCompressed) {
  const Dataset data = folder_.load(base64(kPacked));
  EXPECT_EQ(data.rows, 4U);
  EXPECT_EQ(data.own_test_rows, 1U);
  EXPECT_EQ(data.columns, 3U);
  EXPECT_EQ(data.task, Task::kRegression);
  EXPECT_THAT(data.targets, ElementsAre(0.5F, 1.0F, 2.25F, 3.5F));
  EXPECT_EQ(data.real_features[0], 1.5F);
  EXPECT_FALSE(std::isnan(data.real_features[3]));  // a missing value is filled,
  EXPECT_EQ(data.real_features[4], 1.0F);           // and this feature marks it
  EXPECT_EQ(data.real_features[9], 7.0F);
}

TEST_F(Arrays, TakesRowsOfNumbersForSeveralTargets) {
  const std::string y = npy("|i1", "(2, 3)", std::string("\1\2\3\4\5\7", 6));
  const std::string note =
      "'y' has 3 values a row, so this is a regression with 3 targets; if they mark classes by 0 "
      "and 1, save y.argmax(axis=1) instead";
  for (const std::string type : {"|u1", "|i1"}) {
    const Dataset data = folder_.load(zip({{"X.npy", npy(type, "(2, 2)", "abcd")}, {"y.npy", y}}));
    EXPECT_EQ(data.task, Task::kRegression);
    EXPECT_EQ(data.outputs, 3U);
    EXPECT_EQ(data.columns, 2U);
    EXPECT_THAT(data.targets, ElementsAre(1, 2, 3, 4, 5, 7));
    EXPECT_EQ(target_text(data), "'y[0]', 'y[1]', 'y[2]'");
    EXPECT_THAT(data.notes, testing::Contains(note));
  }
  const Dataset table =
      folder_.load(npy("|i1", "(2, 3)", std::string("\1\2\3\4\5\7", 6)),
                   {.target = std::uint64_t{2}, .further_targets = {std::uint64_t{0}}});
  EXPECT_THAT(table.targets, ElementsAre(3, 1, 7, 4));
  EXPECT_THAT(table.notes, testing::IsEmpty());
}

TEST_F(Arrays, RefusesTargetsOfTwoShapes) {
  const std::string x = npy("|u1", "(2, 2)", "abcd");
  const std::string two = npy("|i1", "(2, 2)", "abcd");
  EXPECT_EQ(error(zip({{"x_train.npy", x},
                       {"y_train.npy", two},
                       {"x_test.npy", x},
                       {"y_test.npy", npy("|i1", "(2,)", "ab")}})),
            "t.csv: 'y_test': an array of 2, but 'y_train' is one of 2 x 2; give both the same "
            "shape of a row and the same type");
  EXPECT_EQ(error(zip({{"X.npy", x}, {"y.npy", npy("|i1", "(2, 1, 2)", "abcd")}})),
            "t.csv: 'y': an array of 2 x 1 x 2, but 'X' has 2 rows; give one value for each row");
  EXPECT_EQ(error(zip({{"X.npy", x},
                       {"y.npy", npy("<f4", "(2, 2)",
                                     std::string(8, '\0') + number(0x3f800000, 4) +
                                         number(0x7f800000, 4))}})),
            "t.csv: 'y': row 1, column 1: an infinite value; write a number, or NaN if it is "
            "missing");
}

TEST_F(Arrays, FindsThePairsThatItKnows) {
  const std::string x = npy("|u1", "(2, 2)", "abcd");
  const std::string y = npy("|u1", "(2, 1)", std::string("\0\1", 2));
  for (const auto& [a, b] :
       std::vector<std::pair<std::string, std::string>>{{"X", "y"},
                                                        {"x", "y"},
                                                        {"features", "target"},
                                                        {"data", "target"},
                                                        {"images", "labels"},
                                                        {"x_train", "y_train"},
                                                        {"X_train", "y_train"}}) {
    const Dataset data = folder_.load(zip({{a + ".npy", x, true}, {b + ".npy", y}}));
    EXPECT_EQ(data.target_name, b);
    EXPECT_EQ(data.features.size(), 4U);
  }
  EXPECT_EQ(
      error(zip({{"arr_0.npy", x}, {"arr_1.npy", y}})),
      "t.csv: no pair of arrays whose names are known; it holds 'arr_0.npy', 'arr_1.npy'; call "
      "them X and y, or x_train, y_train, x_test and y_test");
  EXPECT_EQ(
      error(zip({})),
      "t.csv: no pair of arrays whose names are known; it holds nothing; call them X and y, or "
      "x_train, y_train, x_test and y_test");
  EXPECT_EQ(error(zip({{"X.npy", x}, {"y.npy", npy("|u1", "(3,)", "abc")}})),
            "t.csv: 'y': an array of 3, but 'X' has 2 rows; give one value for each row");
  EXPECT_EQ(error(zip({{"X.npy", npy("|u1", "(3,)", "abc")}, {"y.npy", y}})),
            "t.csv: 'X': an array of 3, but rows of features need two sizes; give at least one row "
            "of at least one feature");
  EXPECT_EQ(error(zip({{"X.npy", x}, {"y.npy", y}}), {.group = "g"}),
            "t.csv: the arrays of an .npz file have no columns with names; leave `group` and "
            "`order` out");
  EXPECT_EQ(error(zip({{"X.npy", x}, {"y.npy", y}}), {.target = "z"}),
            "t.csv: the target of this .npz file is its array 'y'; leave `target` out");
  EXPECT_EQ(folder_.load(zip({{"X.npy", x}, {"y.npy", y}}), {.target = "y"}).rows, 2U);
}

TEST_F(Arrays, ComparesShapesBeforeItReadsValues) {
  // The values of X are cut off, which is not met.
  const std::string x = npy("|u1", "(1000, 1000, 1000)", "abcd");
  const std::string y = npy("|u1", "(2,)", std::string("\0\1", 2));
  EXPECT_EQ(error(zip({{"X.npy", x, true}, {"y.npy", y}})),
            "t.csv: 'y': an array of 2, but 'X' has 1000 rows; give one value for each row");
  EXPECT_EQ(error(zip({{"x_train.npy", npy("|u1", "(2, 3)", "abcdef")},
                       {"y_train.npy", y},
                       {"x_test.npy", npy("|u1", "(2, 1000000000)", "")},
                       {"y_test.npy", y}})),
            "t.csv: 'x_test': an array of 2 x 1000000000, but 'x_train' is one of 2 x 3; give both "
            "the same shape of a row and the same type");
}

TEST_F(Arrays, RefusesADamagedArchive) {
  const std::string x = npy("|u1", "(2, 2)", "abcd");
  const std::string y = npy("|u1", "(2,)", std::string("\0\1", 2));
  const std::string good = zip({{"X.npy", x, true}, {"y.npy", y}});
  for (std::size_t n = 6; n < good.size(); n += 3) {
    EXPECT_EQ(
        error(good.substr(0, n)),
        fmt::format("t.csv: byte {}: the zip archive ends before its list of entries; fetch or "
                    "copy the file again",
                    n));
  }
  std::string flipped = good;
  flipped[good.find("X.npy") + 5 + 20] ^= 0x10;  // within the packed data
  EXPECT_THAT(error(flipped), HasSubstr("t.csv: 'X.npy': byte "));
  flipped = good;
  flipped[good.rfind("PK\5\6") - 51 + 16] ^= 1;  // the check sum of y
  EXPECT_EQ(error(flipped),
            fmt::format("t.csv: 'y.npy': byte {}: the check sum is another than the archive says; "
                        "fetch or copy the file again",
                        y.size()));
  // No change of one byte may do worse than an error.
  for (std::size_t at = 0; at < good.size(); ++at) {
    flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 0xff);
    const std::string message = error(flipped);
    EXPECT_TRUE(message.starts_with("t.csv:") || message == "(no DataError)") << message;
  }
}

TEST_F(Arrays, RefusesEntriesThatPromiseMoreThanTheyCanHold) {
  const std::string x = npy("|u1", "(2, 2)", "abcd");
  std::string bomb = zip({{"X.npy", x, true}, {"y.npy", x}});
  const std::size_t list = bomb.find("PK\1\2");
  bomb.replace(list + 24, 4, number(1 << 30, 4));
  EXPECT_THAT(error(bomb),
              HasSubstr("packed bytes cannot hold the 1073741824 bytes that the archive "
                        "promises; fetch or copy the file again"));
  std::string large = bomb;
  large.replace(list + 24, 4, number(0xffffffff, 4));
  EXPECT_EQ(error(large),
            fmt::format("t.csv: byte {}: entry 'X.npy' has, or lies behind, 2 GiB or more (zip64), "
                        "which is not read; save fewer rows, or a smaller type such as float32, in "
                        "one file",
                        list));
  std::string locked = bomb;
  locked[list + 8] = 1;
  EXPECT_EQ(error(locked),
            fmt::format("t.csv: byte {}: entry 'X.npy' is encrypted; save it without a "
                        "password",
                        list));
  // A million zeros in a thousand bytes, and a header that promises four.
  const std::string more =
      zip({{"X.npy", x + std::string(1'000'000, '\0'), true}, {"y.npy", npy("|u1", "(2,)", "ab")}});
  EXPECT_EQ(
      error(more),
      fmt::format("t.csv: 'X.npy': byte {}: the file goes on after the 2 x 2 values of 1 bytes "
                  "that its header promises; fetch or copy the file again",
                  x.size()));
}

}  // namespace
}  // namespace hpsearch::nn

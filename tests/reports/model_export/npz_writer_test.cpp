#include "reports/model_export/npz_writer.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nn/files/npy.h"
#include "nn/files/zip_archive.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::reports {
namespace {

// The bytes of one entry, by the reader of training data, which checks its sum.
std::string entry(const nn::ZipArchive& archive, const std::string& name) {
  for (const nn::ZipEntry& each : archive.entries()) {
    if (each.name == name) {
      std::string bytes(each.bytes, '\0');
      const auto reader = archive.open(each);
      EXPECT_EQ(reader->read({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}),
                bytes.size());
      return bytes;
    }
  }
  throw std::runtime_error("no entry " + name);
}

nn::NpyArray array(const std::string& bytes) {
  std::size_t at = 0;
  return nn::read_npy({[&](std::span<std::uint8_t> out) {
                         const std::size_t count =
                             bytes.copy(reinterpret_cast<char*>(out.data()), out.size(), at);
                         at += count;
                         return count;
                       },
                       [](std::uint64_t, std::string_view fault, std::string_view) {
                         throw std::runtime_error(std::string(fault));
                       }});
}

TEST(NpzWriter, WritesWhatTheReaderOfTrainingDataReads) {
  NpzWriter writer;
  const std::vector<float> floats{1.5F, -2.0F, 0.25F, 3.0F, 0.0F, 1e30F};
  const std::vector<double> doubles{0.1, -1e300};
  writer.add("w", floats, {2, 3});
  writer.add("d", doubles);
  writer.add("one", 0.5);
  const test::TempFolder folder;
  const nn::ZipArchive archive(folder.write("a.npz", std::move(writer).finish()));
  const nn::NpyArray w = array(entry(archive, "w.npy"));
  EXPECT_EQ(w.shape, (std::vector<std::uint64_t>{2, 3}));
  for (std::size_t i = 0; i < floats.size(); ++i) {
    EXPECT_EQ(w.value(i), static_cast<double>(floats[i]));
  }
  const nn::NpyArray d = array(entry(archive, "d.npy"));
  EXPECT_EQ(d.shape, (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(d.value(0), 0.1);
  EXPECT_EQ(d.value(1), -1e300);
  const nn::NpyArray one = array(entry(archive, "one.npy"));
  EXPECT_TRUE(one.shape.empty());
  EXPECT_EQ(one.value(0), 0.5);
}

// NumPy's fixed-width Unicode: four bytes a character, as many as the longest text has.
TEST(NpzWriter, WritesTextsAsCodePoints) {
  NpzWriter writer;
  writer.add("t", std::vector<std::string>{"a\u00E9", "", "\xFF"});
  const test::TempFolder folder;
  const nn::ZipArchive archive(folder.write("a.npz", std::move(writer).finish()));
  const std::string bytes = entry(archive, "t.npy");
  EXPECT_NE(bytes.find("'descr': '<U2'"), std::string::npos);
  EXPECT_NE(bytes.find("'shape': (3,)"), std::string::npos);
  const std::size_t header = bytes.find('\n') + 1;
  EXPECT_EQ(header % 64, 0U);
  EXPECT_EQ(bytes.substr(header),
            std::string("a\0\0\0\xE9\0\0\0\0\0\0\0\0\0\0\0\xFD\xFF\0\0\0\0\0\0", 24));
}

}  // namespace
}  // namespace hpsearch::reports

#include "reports/winner/weight_tiles.h"

#include <cmath>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "nn/base/random.h"
#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24U | static_cast<std::uint32_t>(bytes[1]) << 16U |
         static_cast<std::uint32_t>(bytes[2]) << 8U | bytes[3];
}

// CRC-32 bit by bit, as in the standard's annex.
std::uint32_t plain_crc(const std::uint8_t* bytes, std::size_t size) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

// Reads an 8-bit greyscale PNG without filters; fails on anything else.
GreyPicture decode(const std::vector<std::uint8_t>& file) {
  GreyPicture picture;
  std::vector<std::uint8_t> data;
  EXPECT_EQ(std::string(file.begin(), file.begin() + 8), "\x89PNG\r\n\x1a\n");
  std::string names;
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const std::uint32_t size = big_endian(&file[at]);
    const std::string name(file.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                           file.begin() + static_cast<std::ptrdiff_t>(at) + 8);
    EXPECT_EQ(big_endian(&file[at + 8 + size]), plain_crc(&file[at + 4], size + 4)) << name;
    names += name;
    if (name == "IHDR") {
      picture.width = big_endian(&file[at + 8]);
      picture.height = big_endian(&file[at + 12]);
      EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(&file[at + 16]), 5),
                std::string_view("\x08\0\0\0\0", 5));
    } else if (name == "IDAT") {
      data.insert(data.end(), &file[at + 8], &file[at + 8 + size]);
    }
    at += 12 + size;
  }
  EXPECT_EQ(names, "IHDRIDATIEND");
  std::vector<std::uint8_t> rows((picture.width + 1) * picture.height);
  uLongf size = rows.size();
  EXPECT_EQ(uncompress(rows.data(), &size, data.data(), data.size()), Z_OK);
  EXPECT_EQ(size, rows.size());
  for (std::size_t y = 0; y < picture.height; ++y) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(y * (picture.width + 1));
    EXPECT_EQ(*row, 0) << "a filter";
    picture.pixels.insert(picture.pixels.end(), row + 1,
                          row + 1 + static_cast<std::ptrdiff_t>(picture.width));
  }
  return picture;
}

// Weights of `units` units, given by `weight(unit, y, x)`.
template <class Weight>
PixelWeights weights_of(nn::ImageShape image, std::size_t units, Weight weight) {
  PixelWeights weights{image, units, {}};
  for (std::uint32_t y = 0; y < image.height; ++y) {
    for (std::uint32_t x = 0; x < image.width; ++x) {
      for (std::size_t unit = 0; unit < units; ++unit) {
        weights.values.push_back(static_cast<float>(weight(unit, y, x)));
      }
    }
  }
  return weights;
}

TEST(Png, IsReadBackByAnotherReader) {
  nn::Stream stream(1, nn::Purpose::kShuffle, 0, 1);
  GreyPicture picture{31, 17, std::vector<std::uint8_t>(31 * 17)};
  for (std::uint8_t& pixel : picture.pixels) {
    pixel = static_cast<std::uint8_t>(stream.below(256));
  }
  const GreyPicture read = decode(png(picture));
  EXPECT_EQ(read.width, 31U);
  EXPECT_EQ(read.height, 17U);
  EXPECT_EQ(read.pixels, picture.pixels);
}

// Five units in rows of three: 28 x 14 pixels as 2 x 2 squares, separated by lines of two pixels.
TEST(WeightTiles, LieSideBySideOnScalesOfTheirOwn) {
  const auto weights =
      weights_of({28, 14}, 5, [](std::size_t unit, std::uint32_t y, std::uint32_t x) {
        return static_cast<double>(unit + 1) * (y == 3 && x == 5 ? -2.0 : y == 27 ? 1.0 : 0.0);
      });
  const GreyPicture picture = weight_tiles(weights);
  ASSERT_EQ(picture.width, 3 * (2 * 14 + 2) + 2U);
  ASSERT_EQ(picture.height, 2 * (2 * 28 + 2) + 2U);
  for (std::size_t py = 0; py < picture.height; ++py) {
    for (std::size_t px = 0; px < picture.width; ++px) {
      // The weight under a pixel; lines and the empty last tile are white.
      const std::size_t row = py / 58;
      const std::size_t column = px / 30;
      const bool line = py % 58 < 2 || px % 30 < 2 || row * 3 + column >= 5;
      const std::size_t y = (py % 58 - 2) / 2;
      const std::size_t x = (px % 30 - 2) / 2;
      const int expected = line ? 255 : y == 3 && x == 5 ? 1 : y == 27 ? 192 : 128;
      ASSERT_NEAR(picture.pixels[py * picture.width + px], expected, 1) << py << " " << px;
    }
  }
}

TEST(WeightTiles, ShowTheFirstUnitsOfAWideLayerAndBearWhatIsNoNumber) {
  const auto weights =
      weights_of({2, 2}, 1000, [](std::size_t unit, std::uint32_t y, std::uint32_t) {
        return unit == 0 ? 0.0 : y == 0 ? std::nan("") : 1.0;
      });
  const GreyPicture picture = weight_tiles(weights);
  EXPECT_EQ(picture.width, 16U * (56 + 2) + 2);
  EXPECT_EQ(picture.height, picture.width);
  EXPECT_EQ(picture.pixels[2 * picture.width + 2], 128);              // all weights are 0
  EXPECT_EQ(picture.pixels[2 * picture.width + 2 + 58], 128);         // not a number
  EXPECT_EQ(picture.pixels[(2 + 55) * picture.width + 2 + 58], 255);  // the largest
}

TEST(Smoothness, IsTheAutocorrelationOfNeighbours) {
  // Columns -1, 0, 1 in two rows: variance 2/3; four horizontal pairs contribute 0, three vertical
  // ones 1 + 0 + 1.
  const auto columns = [](std::size_t, std::uint32_t, std::uint32_t x) { return x - 1.0; };
  EXPECT_NEAR(smoothness(weights_of({2, 3}, 1, columns)), (2.0 / 7.0) / (2.0 / 3.0), 1e-12);
  const auto board = [](std::size_t, std::uint32_t y, std::uint32_t x) {
    return (x + y) % 2 == 0 ? 3.0 : 1.0;
  };
  EXPECT_NEAR(smoothness(weights_of({4, 4}, 3, board)), -1.0, 1e-12);
  // Constant units have no autocorrelation; the mean is over the others.
  const auto mixed = [&](std::size_t unit, std::uint32_t y, std::uint32_t x) {
    return unit == 1 ? 5.0 : board(unit, y, x);
  };
  EXPECT_NEAR(smoothness(weights_of({4, 4}, 2, mixed)), -1.0, 1e-12);
  EXPECT_TRUE(std::isnan(smoothness(
      weights_of({4, 4}, 2, [](std::size_t, std::uint32_t, std::uint32_t) { return 1.0; }))));
}

TEST(Smoothness, IsNearNoughtOfNoiseAndNearOneOfSlowWaves) {
  nn::Stream stream(5, nn::Purpose::kShuffle, 0, 1);
  const auto noise = [&](std::size_t, std::uint32_t, std::uint32_t) { return stream.uniform(); };
  EXPECT_NEAR(smoothness(weights_of({28, 28}, 100, noise)), 0.0, 0.01);
  const auto wave = [](std::size_t unit, std::uint32_t y, std::uint32_t x) {
    return std::sin((y + x) / 28.0 * 3.14 + static_cast<double>(unit));
  };
  EXPECT_GT(smoothness(weights_of({28, 28}, 10, wave)), 0.95);
}

nn::SafetensorsFile file_of(std::string image, std::vector<std::size_t> shape, std::size_t values) {
  nn::SafetensorsFile file;
  file.metadata.emplace("image", std::move(image));
  file.tensors.push_back({"layers.0.weight", std::move(shape), std::vector<float>(values)});
  return file;
}

TEST(PixelWeights, AreThoseOfAFileThatSaysSo) {
  EXPECT_EQ(pixel_weights(file_of("[2,3]", {6, 4}, 24))->units, 4U);
  EXPECT_EQ(pixel_weights(file_of("[2,3]", {6, 2, 4}, 48))->units, 8U) << "maxout's functions";
  EXPECT_FALSE(pixel_weights(file_of("[2,4]", {6, 4}, 24)));
  EXPECT_FALSE(pixel_weights(file_of("[0,0]", {6, 4}, 24)));
  EXPECT_FALSE(pixel_weights(file_of("[-2,-3]", {6, 4}, 24)));
  EXPECT_FALSE(pixel_weights(file_of("2 x 3", {6, 4}, 24)));
  EXPECT_FALSE(pixel_weights({}));
}

TEST(WinnerTiles, SayWhyThereAreNone) {
  ReportDatabase database;
  database.add_trials();
  std::string reason;
  {
    const auto queries_opened = storage::open_queries(database.file);
    storage::Queries& queries = *queries_opened;
    EXPECT_FALSE(winner_tiles(queries, *queries.newest_sweep(), reason));
    EXPECT_EQ(reason, "there are no weights of the best trial; they are saved when a sweep ends");
  }
  database.run("INSERT INTO artifacts VALUES (2, 'weights', 'x.db.files/gone', 8, 'c0de')");
  const auto queries_opened = storage::open_queries(database.file);
  storage::Queries& queries = *queries_opened;
  EXPECT_FALSE(winner_tiles(queries, *queries.newest_sweep(), reason));
  EXPECT_THAT(reason, ::testing::HasSubstr("there are no weights"));
  std::filesystem::create_directory(database.folder.path() / "x.db.files");
  database.folder.write("x.db.files/gone", "rubbish");
  EXPECT_FALSE(winner_tiles(queries, *queries.newest_sweep(), reason));
  EXPECT_THAT(reason, ::testing::HasSubstr("gone"));
}

}  // namespace
}  // namespace hpsearch::reports

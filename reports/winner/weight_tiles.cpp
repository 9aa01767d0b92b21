#include "reports/winner/weight_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/files/data_error.h"
#include "reports/winner/winner_file.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kLine = 2;  // pixels between tiles
constexpr std::uint8_t kLineColour = 255;

// A view of one unit's weights as an image.
class Tile {
 public:
  Tile(const PixelWeights& weights, std::size_t unit) : weights_(weights), unit_(unit) {}

  double at(std::size_t y, std::size_t x) const {
    return static_cast<double>(
        weights_.values[(y * weights_.image.width + x) * weights_.units + unit_]);
  }

  // The largest absolute weight; 0 if all are 0 or none is finite.
  double largest() const {
    double largest = 0.0;
    each([&](double w) { largest = std::isfinite(w) ? std::max(largest, std::abs(w)) : largest; });
    return largest;
  }

  // Lag-1 autocorrelation; NaN for constant weights and for a single pixel.
  double autocorrelation() const {
    double sum = 0.0;
    std::size_t pixels = 0;
    each([&](double w) {
      sum += w;
      ++pixels;
    });
    const double mean = sum / static_cast<double>(pixels);
    double squares = 0.0;
    each([&](double w) { squares += (w - mean) * (w - mean); });
    double products = 0.0;
    std::size_t pairs = 0;
    for (std::size_t y = 0; y < weights_.image.height; ++y) {
      for (std::size_t x = 0; x < weights_.image.width; ++x) {
        const double here = at(y, x) - mean;
        if (x + 1 < weights_.image.width) {
          products += here * (at(y, x + 1) - mean);
          ++pairs;
        }
        if (y + 1 < weights_.image.height) {
          products += here * (at(y + 1, x) - mean);
          ++pairs;
        }
      }
    }
    return squares > 0.0 && pairs > 0
               ? products / static_cast<double>(pairs) / (squares / static_cast<double>(pixels))
               : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  template <class Use>
  void each(Use use) const {
    for (std::size_t y = 0; y < weights_.image.height; ++y) {
      for (std::size_t x = 0; x < weights_.image.width; ++x) {
        use(at(y, x));
      }
    }
  }

  const PixelWeights& weights_;
  std::size_t unit_;
};

// 128 is 0. The scale is symmetric, so the sign of a weight can be seen.
std::uint8_t grey(double weight, double largest) {
  if (!std::isfinite(weight) || largest == 0.0) {
    return 128;
  }
  return static_cast<std::uint8_t>(
      std::clamp(std::lround(128.0 + 127.5 * weight / largest), 0L, 255L));
}

}  // namespace

std::optional<PixelWeights> pixel_weights(const nn::SafetensorsFile& file) {
  const auto said = file.metadata.find("image");
  const auto tensor = std::find_if(file.tensors.begin(), file.tensors.end(),
                                   [](const auto& t) { return t.name == "layers.0.weight"; });
  if (said == file.metadata.end() || tensor == file.tensors.end() || tensor->shape.empty()) {
    return std::nullopt;
  }
  const auto sizes = nn::parse_json(said->second);
  if (!sizes.is_array() || sizes.size() != 2 || !sizes[0].is_number_unsigned() ||
      !sizes[1].is_number_unsigned()) {
    return std::nullopt;
  }
  const nn::ImageShape image{sizes[0].get<std::uint32_t>(), sizes[1].get<std::uint32_t>()};
  const std::size_t pixels = std::size_t{image.height} * image.width;
  // Features that were selected or added after the pixels no longer form an image.
  if (pixels == 0 || tensor->shape.front() != pixels) {
    return std::nullopt;
  }
  return PixelWeights{image, tensor->values.size() / pixels, tensor->values};
}

double smoothness(const PixelWeights& weights) {
  double sum = 0.0;
  std::size_t units = 0;
  for (std::size_t unit = 0; unit < weights.units; ++unit) {
    const double r = Tile(weights, unit).autocorrelation();
    if (std::isfinite(r)) {
      sum += r;
      ++units;
    }
  }
  return units > 0 ? sum / static_cast<double>(units) : std::numeric_limits<double>::quiet_NaN();
}

GreyPicture weight_tiles(const PixelWeights& weights, const TileLimits& limits) {
  const std::size_t height = weights.image.height;
  const std::size_t width = weights.image.width;
  const std::size_t tiles = std::min(weights.units, limits.tiles);
  const auto columns = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(tiles))));
  const std::size_t rows = (tiles + columns - 1) / columns;
  // Whole factors only: interpolation would look like smoothness.
  const std::size_t scale = std::max<std::size_t>(1, limits.pixels / std::max(height, width));
  GreyPicture picture;
  picture.width = columns * (width * scale + kLine) + kLine;
  picture.height = rows * (height * scale + kLine) + kLine;
  picture.pixels.assign(picture.width * picture.height, kLineColour);
  for (std::size_t unit = 0; unit < tiles; ++unit) {
    const Tile tile(weights, unit);
    const double largest = tile.largest();
    const std::size_t top = kLine + unit / columns * (height * scale + kLine);
    const std::size_t left = kLine + unit % columns * (width * scale + kLine);
    for (std::size_t y = 0; y < height * scale; ++y) {
      for (std::size_t x = 0; x < width * scale; ++x) {
        picture.pixels[(top + y) * picture.width + left + x] =
            grey(tile.at(y / scale, x / scale), largest);
      }
    }
  }
  return picture;
}

std::optional<WinnerTiles> winner_tiles(storage::Queries& queries,
                                        const storage::SweepRow& sweep,
                                        std::string& reason,
                                        const TileLimits& limits) {
  const auto path = winner_file(queries, sweep, "weights");
  if (!path) {
    reason = "there are no weights of the best trial; they are saved when a sweep ends";
    return std::nullopt;
  }
  std::optional<PixelWeights> weights;
  try {
    weights = pixel_weights(nn::read_safetensors(*path));
  } catch (const nn::DataError& error) {
    reason = error.what();
    return std::nullopt;
  }
  if (!weights) {
    reason = fmt::format(
        "{}: the file does not declare its features to be image pixels: they are not pixels, they "
        "were whitened, or an older version wrote the file",
        path->string());
    return std::nullopt;
  }
  return WinnerTiles{weights->image, weights->units, std::min(weights->units, limits.tiles),
                     smoothness(*weights), png(weight_tiles(*weights, limits))};
}

}  // namespace hpsearch::reports

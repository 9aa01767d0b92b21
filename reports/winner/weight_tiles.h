// Draws the first layer's weights as pictures: what each hidden unit looks for in an image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/files/safetensors.h"
#include "reports/text/png.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// First-layer weights as stored, [pixel][unit], row-major. For maxout, each linear function counts
// as a unit.
struct PixelWeights {
  nn::ImageShape image;
  std::size_t units = 0;
  std::vector<float> values;  // (height * width, units)
};

// The weights from a file that declares its features to be pixels; empty for any other.
std::optional<PixelWeights> pixel_weights(const nn::SafetensorsFile& file);

// How similar neighbouring weights are: the lag-1 autocorrelation of each unit's picture, averaged
// over the units. It is the mean of (a - mean)(b - mean) over all horizontal and vertical pairs of
// neighbours, divided by the variance of the weights. About 0 for white noise, as in initial
// weights, and towards 1 for smooth pictures. Units with constant or non-finite weights are left
// out; NaN if none remains.
double smoothness(const PixelWeights& weights);

// Bounds on the size of the picture.
struct TileLimits {
  std::size_t tiles = 256;  // at most this many units are drawn
  std::size_t pixels = 56;  // small images are enlarged by whole factors up to this size
};

// One tile per unit, in rows of ceil(sqrt(tiles)), separated by white lines. Grey is scaled per
// tile: 0 maps to 128, and the largest absolute weight to black if negative, to white if positive.
// Enlarged weights are squares.
GreyPicture weight_tiles(const PixelWeights& weights, const TileLimits& limits = {});

// weight_tiles() of the best trial's weights, read from the file beside the database. The data are
// not needed.
struct WinnerTiles {
  nn::ImageShape image;
  std::size_t units = 0;
  std::size_t shown = 0;
  double smoothness = 0.0;
  std::vector<std::uint8_t> png;
};

// Empty if there are no such weights; `reason` then says why, as a sentence.
std::optional<WinnerTiles> winner_tiles(storage::Queries& queries,
                                        const storage::SweepRow& sweep,
                                        std::string& reason,
                                        const TileLimits& limits = {});

}  // namespace hpsearch::reports

// The first layer's weights as pictures: what each hidden unit looks for in an image.
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

// Weights of a first layer as its file has them, [pixel][unit], row-major; of maxout each linear
// function counts as a unit.
struct PixelWeights {
  nn::ImageShape image;
  std::size_t units = 0;
  std::vector<float> values;  // (height * width, units)
};

// The weights of a file that says its features are pixels; empty for any other.
std::optional<PixelWeights> pixel_weights(const nn::SafetensorsFile& file);

// How alike neighbouring weights are: the lag-1 autocorrelation of a unit's picture, that is the
// mean over all pairs of neighbours (side by side or one above the other) of (a - mean)(b - mean),
// divided by the variance of its weights; then the mean over the units. Near 0 for white noise, as
// first weights are, and towards 1 the smoother the pictures are. Units whose weights are all equal
// or not finite count for nothing; NaN where no unit is left.
double smoothness(const PixelWeights& weights);

// How large a picture becomes.
struct TileLimits {
  std::size_t tiles = 256;  // the first units of a wider layer
  std::size_t pixels = 56;  // up to so many a side small images are enlarged, in whole steps
};

// A tile a unit in rows of ceil(sqrt(tiles)), between white lines. Grey on a scale of the tile's
// own: a weight of 0 is 128, the largest in size is black where it is negative and white where it
// is positive. Enlarged images show each weight as a square.
GreyPicture weight_tiles(const PixelWeights& weights, const TileLimits& limits = {});

// weight_tiles() of the winner's weights, which are read from the file beside the database, never
// from the data.
struct WinnerTiles {
  nn::ImageShape image;
  std::size_t units = 0;
  std::size_t shown = 0;
  double smoothness = 0.0;
  std::vector<std::uint8_t> png;
};

// Empty where there are none, with a sentence that says why not in `reason`.
std::optional<WinnerTiles> winner_tiles(storage::Queries& queries,
                                        const storage::SweepRow& sweep,
                                        std::string& reason,
                                        const TileLimits& limits = {});

}  // namespace hpsearch::reports

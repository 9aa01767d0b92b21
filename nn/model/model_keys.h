// Names in a model's file that its writer and its reader share.
#pragma once

namespace hpsearch::nn {

inline constexpr char kScale[] = "preprocess.scale";
inline constexpr char kShift[] = "preprocess.shift";
inline constexpr char kWhitening[] = "preprocess.whitening";
inline constexpr char kEdges[] = "preprocess.edges";
inline constexpr char kLinearWeight[] = "linear.weight";
inline constexpr char kLinearBias[] = "linear.bias";
inline constexpr char kLinearRows[] = "linear_rows";

}  // namespace hpsearch::nn

// Zero-initialised float storage on cache-line boundaries, as oneDNN's kernels and the compiler's
// vector code like it. Widths are padded to whole vectors, see padded().
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace hpsearch::nn {

inline constexpr std::size_t kCacheLine = 64;

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kCacheLine}));
  }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{kCacheLine}); }
  bool operator==(const AlignedAllocator&) const = default;
};

using FloatBuffer = std::vector<float, AlignedAllocator<float>>;

// Floats of the widest vector, and what loops keep apart so that each can be one.
inline constexpr std::size_t kLanes = 16;

// The row length of a matrix with `width` columns: rounded up to 16 floats. The columns beyond
// `width` hold zeros, and every operation of a network keeps them zero, so padding changes no
// result.
constexpr std::size_t padded(std::size_t width) {
  return (width + kLanes - 1) / kLanes * kLanes;
}

}  // namespace hpsearch::nn

// Zero-initialised storage on cache-line boundaries, and the padding that makes every matrix row a
// whole number of vectors. Aligned rows let oneDNN and the compiler's vector code load full vectors
// that never straddle two cache lines.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace hpsearch::nn {

// Bytes; also the alignment of every buffer below.
inline constexpr std::size_t kCacheLine = 64;

// A stateless standard allocator. allocate() throws std::bad_alloc when memory runs out.
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

// Floats in the widest vector (AVX-512). Vectorised loops keep this many independent partial
// results on every CPU, so that narrower vectors give the same bits.
inline constexpr std::size_t kLanes = 16;

// The row length, in floats, of a matrix with `width` columns: rounded up to a multiple of 16. The
// extra columns hold zeros. Every operation of a network keeps them zero, so padding never changes
// a result.
constexpr std::size_t padded(std::size_t width) {
  return (width + kLanes - 1) / kLanes * kLanes;
}

}  // namespace hpsearch::nn

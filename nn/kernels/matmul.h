// Matrix products on oneDNN, the one place that includes its header and knows its versions; and
// small ones on small_matmul.h.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "nn/kernels/bfloat16.h"

namespace hpsearch::nn {

enum class Layout {
  kPlain,       // row-major without gaps
  kTransposed,  // in memory the transpose lies so
  kPacked       // of bfloat16 as b: in the blocks of Matmul::packing()
};
enum class Epilogue { kNone, kRelu };
enum class Number { kFloat32, kBfloat16 };

// Where number (k, j) of a packed B (inner x columns) lies: in panels of `width` columns, each in
// blocks of 32 rows, in which pairs of rows are interleaved, as the CPU's instruction reads them:
//   ((j / width) * ceil(inner / 32) + k / 32) * 32 width + (k % 32) / 2 * 2 width
//   + (j % width) * 2 + k % 2.
// What lies beyond inner or columns is zero.
struct Packing {
  static constexpr std::size_t kBlockRows = 32;
  std::size_t width = 0;  // 0: B is not packed but plain

  std::size_t size(std::size_t inner, std::size_t columns) const;
};

// C = epilogue(op(A) op(B) + bias): C is (rows x columns), op(A) (rows x inner), op(B)
// (inner x columns), bias (columns). Bias and C are float32, and so are the sums.
struct MatmulSpec {
  std::size_t rows = 0;
  std::size_t inner = 0;
  std::size_t columns = 0;
  Layout a = Layout::kPlain;
  Layout b = Layout::kPlain;
  bool bias = false;
  bool accumulate = false;  // adds op(A) op(B) to C instead
  Epilogue epilogue = Epilogue::kNone;
  Number operands = Number::kFloat32;  // of A and B
  Packing packing = {};                // of a packed B; width 0: what the library likes best
};

// The engine, the stream and the scratch memory of one trial. Used by one thread at a time: oneDNN
// gives wrong results when two threads share a primitive with the library's own scratch memory.
class MatmulContext {
 public:
  MatmulContext();
  ~MatmulContext();
  MatmulContext(const MatmulContext&) = delete;
  MatmulContext& operator=(const MatmulContext&) = delete;

 private:
  friend class Matmul;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A product of fixed shapes. Making one costs micro- to milliseconds, running it no more than the
// work.
class Matmul {
 public:
  // `context` must outlive this. Throws std::runtime_error if oneDNN refuses the shapes.
  Matmul(MatmulContext& context, const MatmulSpec& spec);
  ~Matmul();
  Matmul(Matmul&&) noexcept;
  Matmul& operator=(Matmul&&) noexcept;

  // Overwrites c, or adds to it. `bias` is read only if the spec has one. Operands are of the
  // spec's kind and may not overlap c.
  void run(const float* a, const float* b, const float* bias, float* c);
  void run(const Bfloat16* a, const Bfloat16* b, const float* bias, float* c);

  // How a packed B lies; width 0 where the library likes it plain.
  Packing packing() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether this CPU multiplies bfloat16 in hardware: AMX, or AVX-512 with its bf16 instructions.
bool has_bfloat16();

// "oneDNN 2.6.3, avx512_core": the version and the instruction set that it uses on this CPU.
// Equal bits can be expected only where these are equal.
std::string matmul_library();

}  // namespace hpsearch::nn

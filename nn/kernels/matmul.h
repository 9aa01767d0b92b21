// Matrix products, on oneDNN or, for small shapes, on the kernel of small_matmul.h. The source of
// this header is the only file that includes oneDNN and knows the differences of its versions.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "nn/kernels/bfloat16.h"

namespace hpsearch::nn {

enum class Layout {
  kPlain,       // row-major without gaps
  kTransposed,  // the transpose is stored row-major without gaps
  kPacked       // only for b in bfloat16: the blocks of Matmul::packing()
};
// What happens to C last.
enum class Epilogue { kNone, kRelu };

enum class Number { kFloat32, kBfloat16 };

// The memory order of a packed B (inner x columns): panels of `width` columns, in each of them
// blocks of 32 rows, in each of them pairs of rows interleaved as the CPU's dot-product instruction
// reads them. Element (k, j) has the index
//   ((j / width) * ceil(inner / 32) + k / 32) * 32 width + (k % 32) / 2 * 2 width
//   + (j % width) * 2 + k % 2.
// Elements beyond inner or columns are zero.
struct Packing {
  static constexpr std::size_t kBlockRows = 32;
  std::size_t width = 0;  // columns of a panel; 0 means that B is plain

  // Numbers in B, padding included.
  std::size_t size(std::size_t inner, std::size_t columns) const;
};

// C = epilogue(op(A) op(B) + bias) with C (rows x columns), op(A) (rows x inner), op(B)
// (inner x columns) and bias (columns); op transposes as the layouts say. Sums, bias and C are
// float32.
struct MatmulSpec {
  std::size_t rows = 0;
  std::size_t inner = 0;
  std::size_t columns = 0;
  Layout a = Layout::kPlain;
  Layout b = Layout::kPlain;
  bool bias = false;
  bool accumulate = false;  // C += op(A) op(B)
  Epilogue epilogue = Epilogue::kNone;
  Number operands = Number::kFloat32;  // the type of A and B
  Packing packing = {};                // of a packed B; width 0 lets the library choose
};

// The engine, stream and scratch memory that the products of one trial share. Use it from one
// thread at a time: with shared scratch memory, oneDNN returns wrong results when two threads run
// at once.
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

// A product of fixed shapes. Construction takes microseconds to milliseconds, since oneDNN
// generates code; run() costs little more than the arithmetic. Not thread-safe.
class Matmul {
 public:
  // `context` must outlive this object. Throws std::runtime_error if oneDNN refuses the shapes.
  Matmul(MatmulContext& context, const MatmulSpec& spec);
  ~Matmul();
  Matmul(Matmul&&) noexcept;
  Matmul& operator=(Matmul&&) noexcept;

  // Overwrites c, or adds to it if the spec says so. Ignores `bias` unless the spec has one.
  // Requires operands of the spec's type that do not overlap c. Throws std::runtime_error if oneDNN
  // fails.
  void run(const float* a, const float* b, const float* bias, float* c);
  void run(const Bfloat16* a, const Bfloat16* b, const float* bias, float* c);

  // The packing that a packed B must have; width 0 if the library prefers a plain B.
  Packing packing() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// True if this CPU multiplies bfloat16 in hardware: AMX, or AVX-512 with its bf16 instructions.
bool has_bfloat16();

// "oneDNN 2.6.3, avx512_core": the library's version and the instruction set that it uses on this
// CPU. Results can only be expected to agree bit for bit where these texts do.
std::string matmul_library();

}  // namespace hpsearch::nn

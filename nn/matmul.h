// Matrix products on oneDNN: the one place that includes its header and knows its versions.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace hpsearch::nn {

enum class Layout { kPlain, kTransposed };
enum class Epilogue { kNone, kRelu };

// C = epilogue(op(A) op(B) + bias): C is (rows x columns), op(A) (rows x inner), op(B)
// (inner x columns), bias (columns). All row-major float32 without gaps; kTransposed says that the
// operand lies in memory as its transpose.
struct MatmulSpec {
  std::size_t rows = 0;
  std::size_t inner = 0;
  std::size_t columns = 0;
  Layout a = Layout::kPlain;
  Layout b = Layout::kPlain;
  bool bias = false;
  Epilogue epilogue = Epilogue::kNone;
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

  // Overwrites c. `bias` is read only if the spec has one. Operands may not overlap c.
  void run(const float* a, const float* b, const float* bias, float* c);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "oneDNN 2.6.3, avx512_core": the version and the instruction set that it uses on this CPU.
// Equal bits can be expected only where these are equal.
std::string matmul_library();

}  // namespace hpsearch::nn

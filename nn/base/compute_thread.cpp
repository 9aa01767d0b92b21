#include "nn/base/compute_thread.h"

#include <omp.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace hpsearch::nn {
namespace {

#if defined(__SSE2__)
// Bits of MXCSR. The first concerns results, the second operands: denormals that are already in
// memory would still be slow without it.
constexpr unsigned kFlushToZero = 0x8000;
constexpr unsigned kDenormalsAreZero = 0x0040;
unsigned float_mode() {
  return _mm_getcsr();
}
void set_float_mode(unsigned mode) {
  _mm_setcsr(mode);
}
unsigned without_denormals(unsigned mode) {
  return mode | kFlushToZero | kDenormalsAreZero;
}
#elif defined(__aarch64__)
// Bit FZ of FPCR covers both operands and results.
constexpr unsigned kFlushToZero = 1U << 24;
unsigned float_mode() {
  unsigned long mode = 0;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return static_cast<unsigned>(mode);
}
void set_float_mode(unsigned mode) {
  asm volatile("msr fpcr, %0" : : "r"(static_cast<unsigned long>(mode)));
}
unsigned without_denormals(unsigned mode) {
  return mode | kFlushToZero;
}
#else
// Other processors keep their denormals: training is correct there, but may be slow.
unsigned float_mode() {
  return 0;
}
void set_float_mode(unsigned) {}
unsigned without_denormals(unsigned mode) {
  return mode;
}
#endif

}  // namespace

ComputeThread::ComputeThread()
    : saved_threads_(omp_get_max_threads()), saved_float_mode_(float_mode()) {
  if (saved_threads_ != 1) {
    omp_set_num_threads(1);
  }
  set_float_mode(without_denormals(saved_float_mode_));
}

ComputeThread::~ComputeThread() {
  set_float_mode(saved_float_mode_);
  if (saved_threads_ != 1) {
    omp_set_num_threads(saved_threads_);
  }
}

}  // namespace hpsearch::nn

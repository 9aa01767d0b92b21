// OpenMP and floating-point state of a thread while it trains.
#pragma once

namespace hpsearch::nn {

// For its lifetime, the calling thread
//   1. runs OpenMP regions by itself: a trial uses one thread, but oneDNN would otherwise start a
//      team of threads for every worker;
//   2. flushes denormals to zero: they slow matrix products down several times and carry no
//      information for training.
// Both are properties of a thread, so every entry point of the trainer holds a guard. Guards nest;
// destroy each on the thread that created it. The destructor restores the previous state.
class ComputeThread {
 public:
  ComputeThread();
  ~ComputeThread();
  ComputeThread(const ComputeThread&) = delete;
  ComputeThread& operator=(const ComputeThread&) = delete;

 private:
  int saved_threads_;
  unsigned saved_float_mode_;
};

}  // namespace hpsearch::nn

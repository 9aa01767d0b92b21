// The state of a thread while it computes for a trial.
#pragma once

namespace hpsearch::nn {

// While one of these lives, this thread (1) uses no OpenMP team: a trial is one thread, and oneDNN
// would otherwise start one team per worker; (2) treats denormals as zero: they make matrix
// products several times slower and carry no information for training.
// Both are properties of a thread, so each entry point of the trainer holds one.
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

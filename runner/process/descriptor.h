// Owns an open file.
#pragma once

#include <utility>

#include <unistd.h>

namespace hpsearch::runner {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      file_ = std::exchange(other.file_, -1);
    }
    return *this;
  }

  int get() const { return file_; }
  bool is_open() const { return file_ >= 0; }
  void reset() {
    if (file_ >= 0) {
      close(std::exchange(file_, -1));
    }
  }

 private:
  int file_ = -1;
};

}  // namespace hpsearch::runner

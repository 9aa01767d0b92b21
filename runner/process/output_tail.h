// The end of what a program prints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// The last bytes of a stream of any length, in bounded memory.
class Tail {
 public:
  explicit Tail(std::size_t capacity) : capacity_(capacity) {}

  void add(std::string_view bytes);

  std::string text() const;
  std::uint64_t total() const { return total_; }
  std::uint64_t dropped() const { return total_ - bytes_.size(); }

 private:
  std::size_t capacity_;
  std::string bytes_;      // a ring once it is full
  std::size_t begin_ = 0;  // of the ring
  std::uint64_t total_ = 0;
};

// What to keep of a program's stdout and stderr. Bytes are kept as they are: escape them before
// they reach a terminal or a page.
class OutputTail {
 public:
  void add_output(std::string_view bytes) { all_.add(bytes); }
  void add_errors(std::string_view bytes);

  // The last 64 KB of both, in the order in which they came.
  std::string text() const { return all_.text(); }
  // How many bytes came before them.
  std::uint64_t dropped() const { return all_.dropped(); }

  // The last lines of stderr, at most 4 KB. Begins with a whole line if it has one.
  std::string last_errors() const;
  // All bytes of stderr.
  std::uint64_t total_errors() const { return errors_.total(); }

 private:
  Tail all_{64 * 1024};
  Tail errors_{4 * 1024};
};

}  // namespace hpsearch::runner

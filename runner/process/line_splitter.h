// A stream of bytes as lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// Holds one line and what was added last, however long the lines are.
class LineSplitter {
 public:
  // Of a longer line only the beginning is kept.
  static constexpr std::size_t kMaxLine = 64 * 1024;

  // To be called when next() has returned false.
  void add(std::string_view bytes);
  // Nothing more will come: what follows the last newline is a line too.
  void finish() { finished_ = true; }

  // Moves the next line, without its newline, into `line`. False if it has not come yet.
  bool next(std::string& line);
  // Whether all lines have been given.
  bool done() const { return finished_ && !any_ && begin_ == bytes_.size(); }

 private:
  std::string line_;       // what has come of the next line
  std::string bytes_;      // what follows
  std::size_t begin_ = 0;  // of the part of bytes_ that is still to be split
  bool any_ = false;       // whether the next line has begun, be it with bytes that are dropped
  bool finished_ = false;
};

}  // namespace hpsearch::runner

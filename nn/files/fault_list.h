// Collects the faults of a file so that a user can mend them in one go.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "nn/files/data_error.h"

namespace hpsearch::nn {

// Keeps the first kShown sentences and counts the rest. Not thread-safe.
class FaultList {
 public:
  static constexpr std::size_t kShown = 20;

  // `sentence`: "<place>: <fault>; <remedy>", as DataError builds it.
  void add(std::string sentence) {
    if (sentences_.size() < kShown) {
      sentences_.push_back(std::move(sentence));
    }
    ++count_;
  }

  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }

  // Throws one DataError with every sentence on a line of its own, if there is any.
  void throw_if_any() const {
    if (count_ == 0) {
      return;
    }
    std::string text;
    for (const std::string& sentence : sentences_) {
      text += (text.empty() ? "" : "\n") + sentence;
    }
    if (count_ > sentences_.size()) {
      text += "\n... and " + std::to_string(count_ - sentences_.size()) + " more";
    }
    throw DataError(text);
  }

 private:
  std::vector<std::string> sentences_;
  std::size_t count_ = 0;
};

}  // namespace hpsearch::nn

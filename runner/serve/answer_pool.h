// Threads that make the answers to requests.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runner/serve/connections.h"

namespace hpsearch::runner {

class AnswerPool {
 public:
  // `wake` is called by the threads whenever there is something to take(). Throws std::system_error
  // if the threads cannot be started.
  AnswerPool(const Answer& answer, int threads, std::function<void()> wake);
  ~AnswerPool();  // waits for the answers that are being made
  AnswerPool(const AnswerPool&) = delete;
  AnswerPool& operator=(const AnswerPool&) = delete;

  void ask(std::uint64_t connection, std::string head);

  using Made = std::pair<std::uint64_t, std::string>;  // the connection and its response
  std::vector<Made> take();

 private:
  void work(const std::stop_token& stop);

  const Answer& answer_;
  std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::deque<std::pair<std::uint64_t, std::string>> heads_;
  std::vector<Made> made_;
  std::vector<std::jthread> threads_;  // last: they use everything above
};

}  // namespace hpsearch::runner

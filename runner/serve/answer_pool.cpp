#include "runner/serve/answer_pool.h"

namespace hpsearch::runner {

AnswerPool::AnswerPool(const Answer& answer, int threads, std::function<void()> wake)
    : answer_(answer), wake_(std::move(wake)) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

AnswerPool::~AnswerPool() {
  for (std::jthread& thread : threads_) {
    thread.request_stop();  // all before the first is waited for
  }
}

void AnswerPool::ask(std::uint64_t connection, std::string head) {
  {
    const std::lock_guard lock(mutex_);
    heads_.emplace_back(connection, std::move(head));
  }
  asked_.notify_one();
}

std::vector<AnswerPool::Made> AnswerPool::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(made_, {});
}

void AnswerPool::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (asked_.wait(lock, stop, [&] { return !heads_.empty(); }) && !stop.stop_requested()) {
    auto [connection, head] = std::move(heads_.front());
    heads_.pop_front();
    lock.unlock();
    std::string response = answer_(std::move(head));
    lock.lock();
    made_.emplace_back(connection, std::move(response));
    wake_();
  }
}

}  // namespace hpsearch::runner

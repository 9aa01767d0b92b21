// Shares of the machine for trials that run side by side.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runner/process/usable_cores.h"

namespace hpsearch::runner {

struct SlotPlan {
  int workers = 1;  // slots to be had at a time
  std::vector<std::string> gpus =
      {};                         // names for CUDA_VISIBLE_DEVICES, one a slot; empty: no share
  std::optional<int> cores = {};  // of each slot, at least 1
  std::optional<std::uint64_t> memory_bytes = {};  // of each slot
};

// Hands out slots. No GPU and no core belongs to two of them at a time. Thread-safe.
class Slots {
 public:
  // A share of the machine, given back when it goes out of scope. Its Slots outlive it.
  class Slot {
   public:
    ~Slot();
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&&) = delete;

    int number() const { return number_; }  // from 0; below the number of workers
    const std::optional<std::string>& gpu() const { return gpu_; }
    const std::vector<int>& cores() const { return cores_; }  // empty: all of ours
    std::optional<std::uint64_t> memory_bytes() const { return owner_->plan_.memory_bytes; }
    // CUDA_VISIBLE_DEVICES and OMP_NUM_THREADS as NAME=value, those that the slot decides.
    std::vector<std::string> environment() const;

   private:
    friend class Slots;
    Slot(Slots& owner, int number);

    Slots* owner_;
    int number_;
    std::optional<std::string> gpu_;
    std::vector<int> cores_;
    bool held_ = true;
  };

  // `machine` lists the cores that may be given. Throws std::runtime_error with a sentence for
  // people if they or the GPUs do not suffice for all workers, or a GPU is named twice.
  explicit Slots(SlotPlan plan, std::vector<int> machine = affinity_cores());
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  // The free slot with the lowest number; waits for one.
  Slot take();

 private:
  void give_back(int number);

  SlotPlan plan_;
  std::vector<int> machine_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<bool> taken_;
};

}  // namespace hpsearch::runner

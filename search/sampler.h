// Samplers choose the parameters of a trial.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "search/space.h"

namespace hpsearch::search {

// Called from one thread. A suggestion is a pure function of the sweep's seed, its space and the
// trial's number: asking again, in any order, gives the same.
class Sampler {
 public:
  virtual ~Sampler() = default;

  // The parameters of trial `number` (from 0).
  virtual ParamSet suggest(std::uint64_t number) const = 0;
};

struct SamplerInfo {
  std::string_view name;  // as `method:` names it
  std::string_view meaning;
  std::unique_ptr<Sampler> (*make)(Space space, std::uint64_t sweep_seed);
};

// One row a method; a sampler is reachable, documented and tested by its row.
std::span<const SamplerInfo> sampler_table();
const SamplerInfo* find_sampler(std::string_view name);

}  // namespace hpsearch::search

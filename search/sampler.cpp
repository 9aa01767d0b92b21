#include "search/sampler.h"

#include <algorithm>
#include <array>

#include "search/samplers/random.h"

namespace hpsearch::search {
namespace {

constexpr std::array kSamplers{
    SamplerInfo{"random", "independent draws, each parameter on its own scale",
                make_random_sampler},
};

}  // namespace

std::span<const SamplerInfo> sampler_table() {
  return kSamplers;
}

const SamplerInfo* find_sampler(std::string_view name) {
  const auto* found = std::find_if(kSamplers.begin(), kSamplers.end(),
                                   [&](const SamplerInfo& s) { return s.name == name; });
  return found == kSamplers.end() ? nullptr : found;
}

}  // namespace hpsearch::search

// The draws that a generator of sweep files makes: chances, numbers, words, and parameters in every
// form that a sweep file allows. All from one seed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hpsearch::test {

class SweepDraws {
 protected:
  using Words = std::vector<std::string>;

  explicit SweepDraws(std::uint64_t seed) : random_(seed) {}

  bool chance(double p) { return std::uniform_real_distribution<>()(random_) < p; }
  int number(int low, int high) { return std::uniform_int_distribution<>(low, high)(random_); }
  const std::string& any_of(const Words& words) {
    return words[static_cast<std::size_t>(number(0, static_cast<int>(words.size()) - 1))];
  }

  // Some of the words, at least one, in their order.
  Words some_of(const Words& words) {
    Words some;
    for (const std::string& word : words) {
      if (chance(0.6)) {
        some.push_back(word);
      }
    }
    return some.empty() ? Words{any_of(words)} : some;
  }

  static std::string when_text(const std::string& condition) {
    return condition.empty() ? "" : fmt::format(", when: '{}'", condition);
  }

  void add(const std::string& name, const std::string& map) { parameters_[name] = map; }

  // A real parameter in one of the forms that a range may have.
  void range(const std::string& name, double low, double high, const std::string& when = "") {
    const std::string more = when_text(when);
    const bool log = low > 0.0 && high / low > 20.0;
    switch (number(0, 7)) {
      case 0:
        return add(name,
                   fmt::format("{{values: [{}, {}, {}]{}}}", low, (low + high) / 2.0, high, more));
      case 1:
        return add(name, fmt::format("{{distribution: {}, min: {}, max: {}{}}}",
                                     log ? "log_uniform_values" : "uniform", low, high, more));
      case 2:
        return add(name, fmt::format("{{distribution: q_uniform, min: {}, max: {}, q: {}{}}}", low,
                                     high, (high - low) / 8.0, more));
      case 3:
        return add(name, fmt::format("{{value: {}{}}}", (low + high) / 2.0, more));
      case 4:
        return add(name, fmt::format("{{distribution: {}, mu: {}, sigma: {}{}}}",
                                     log ? "log_normal" : "normal",
                                     log ? std::log(std::sqrt(low * high)) : (low + high) / 2.0,
                                     log ? 1.0 : (high - low) / 4.0, more));
      case 5:
        return add(name,
                   fmt::format("{{min: {}, max: {}, grid: {}{}}}", low, high, number(1, 3), more));
      case 6:
        return add(name, fmt::format("{{min: {}, max: {}, limits: [{}, {}]{}}}", low, high, low,
                                     high, more));
      default:
        return add(name, fmt::format("{{min: {}, max: {}{}{}}}", low, high,
                                     log ? ", scale: log" : "", more));
    }
  }

  void whole(const std::string& name, int low, int high, const std::string& when = "") {
    const std::string more = when_text(when);
    switch (number(0, 3)) {
      case 0:
        return add(name, fmt::format("{{values: [{}, {}]{}{}}}", low, high,
                                     chance(0.3) ? ", ordered: true" : "", more));
      case 1:
        return add(name, fmt::format("{{min: {}, max: {}{}{}}}", low, high,
                                     low > 0 ? ", scale: log" : "", more));
      default:
        return add(name, fmt::format("{{min: {}, max: {}{}}}", low, high, more));
    }
  }

  void words(const std::string& name, const Words& all, const std::string& when = "") {
    const Words some = some_of(all);
    add(name, fmt::format("{{values: [{}]{}}}", fmt::join(some, ", "), when_text(when)));
  }

  std::map<std::string, std::string> parameters_;  // name to what stands behind the colon

 private:
  std::mt19937_64 random_;
};

}  // namespace hpsearch::test

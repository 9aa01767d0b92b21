#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "nn/data/level_key.h"
#include "nn/files/number_style.h"
#include "nn/model/row_source.h"

namespace hpsearch::nn {

struct ClassFinder::Impl {
  explicit Impl(const ModelTarget& target)
      : style(target.styles.empty() ? NumberStyle{} : target.styles.front()) {
    for (std::size_t i = 0; i < target.classes.size(); ++i) {
      by_key.emplace(level_key(target.classes[i]), static_cast<std::uint32_t>(i));
      // Names of numbers are written by fmt, in the plain style.
      if (const auto number = read_number(target.classes[i], {})) {
        by_number.emplace(*number, static_cast<std::uint32_t>(i));
      }
    }
  }

  std::unordered_map<std::string, std::uint32_t> by_key;
  std::map<double, std::uint32_t> by_number;
  NumberStyle style;
};

ClassFinder::ClassFinder(const ModelTarget& target) : impl_(std::make_unique<Impl>(target)) {}

ClassFinder::~ClassFinder() = default;

std::optional<std::uint32_t> ClassFinder::find(std::string_view text) {
  if (const auto found = impl_->by_key.find(level_key(text)); found != impl_->by_key.end()) {
    return found->second;
  }
  const auto number = impl_->by_number.empty() ? std::nullopt : read_number(text, impl_->style);
  return number ? find(*number) : std::nullopt;
}

std::optional<std::uint32_t> ClassFinder::find(double number) {
  const auto found = impl_->by_number.find(number);
  return found == impl_->by_number.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace hpsearch::nn

#include "search/sweep/pruner_options.h"

#include <string>

namespace hpsearch::search {

std::optional<nn::Value> default_value(const PrunerOption& option) {
  if (const auto* whole = std::get_if<std::int64_t>(&option.fallback)) {
    return nn::Value(*whole);
  }
  if (const auto* real = std::get_if<double>(&option.fallback)) {
    return nn::Value(*real);
  }
  if (const auto* truth = std::get_if<bool>(&option.fallback)) {
    return nn::Value(*truth);
  }
  if (const auto* word = std::get_if<std::string_view>(&option.fallback)) {
    return nn::Value(std::string(*word));
  }
  return std::nullopt;
}

std::optional<std::int64_t> whole(const PrunerOptions& options, std::string_view name) {
  const auto found = options.find(name);
  return found == options.end() ? std::nullopt
                                : std::optional(std::get<std::int64_t>(found->second));
}

std::optional<double> real(const PrunerOptions& options, std::string_view name) {
  const auto found = options.find(name);
  return found == options.end() ? std::nullopt : std::optional(std::get<double>(found->second));
}

bool truth(const PrunerOptions& options, std::string_view name) {
  return std::get<bool>(options.find(name)->second);
}

std::string word(const PrunerOptions& options, std::string_view name) {
  return std::get<std::string>(options.find(name)->second);
}

}  // namespace hpsearch::search

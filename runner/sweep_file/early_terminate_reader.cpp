#include "runner/sweep_file/early_terminate_reader.h"

#include <array>
#include <string_view>

namespace hpsearch::runner {
namespace {

constexpr std::int64_t kMostIterations = 1'000'000'000;
constexpr std::int64_t kMostBands = 1'000'000;

void check_bands(MapReader& map, std::vector<Diagnostic>& diagnostics) {
  const auto note = [&](const char* key, const char* text) {
    diagnostics.push_back({map.position_of(key), text, Severity::kWarning});
  };
  if (map.has("max_iter") && !map.has("s")) {
    map.error("max_iter",
              "'max_iter' needs 's', the number of bands below it, each 'eta' times smaller than "
              "the one before; add s: 2, or write 'min_iter' instead");
  } else if (!map.has("max_iter") && !map.has("min_iter")) {
    map.error("min_iter",
              "'early_terminate' needs 'min_iter', the epochs after which a trial is first judged, "
              "or 'max_iter' with 's'; write min_iter: 3");
  }
  if (map.has("max_iter") && map.has("min_iter")) {
    note("min_iter", "'min_iter' has no effect beside 'max_iter'");
  }
  if (map.has("s") && !map.has("max_iter")) {
    note("s", "'s' has no effect without 'max_iter'");
  }
}

}  // namespace

std::optional<search::HyperbandSpec> read_early_terminate(MapReader& top,
                                                          int folds,
                                                          std::vector<Diagnostic>& diagnostics) {
  const YamlNode* node = top.map("early_terminate");
  if (node == nullptr) {
    return std::nullopt;
  }
  MapReader map(*node, "early_terminate", diagnostics);
  if (folds > 0) {
    top.error("early_terminate",
              "'early_terminate' compares single trainings, and with 'dataset.folds' a trial has "
              "several; leave one of the two out");
  }
  static constexpr std::array<std::string_view, 1> kTypes{"hyperband"};
  const bool known = map.require("type") != nullptr && map.name("type", kTypes).has_value();
  search::HyperbandSpec spec;
  spec.min_iter = map.integer("min_iter", {.min = 1, .max = kMostIterations});
  spec.max_iter = map.integer("max_iter", {.min = 1, .max = kMostIterations});
  spec.s = map.integer("s", {.min = 1, .max = kMostBands});
  spec.eta = map.real("eta", {.min = 1.0, .min_bound = Bound::kExcluded}).value_or(spec.eta);
  spec.strict = map.boolean("strict").value_or(spec.strict);
  if (!known) {
    map.take_rest();  // keys of another type, perhaps
    return std::nullopt;
  }
  check_bands(map, diagnostics);
  return spec;
}

}  // namespace hpsearch::runner

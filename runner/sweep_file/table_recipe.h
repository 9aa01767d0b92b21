// The recipe for tables: settings with which a network on a table is about as good as gradient
// boosting, by the size of the table and its task. `init --data` writes them out; a sweep file has
// them all by `model: {preset: table}`.
//
// Measured on 24 public tables. After Holzmueller et al. 2024 (RealMLP, arXiv 2407.04491: the
// schedules, the scaling layer, the parametrization, the periodic embedding) and Gorishniy et al.
// 2022 (arXiv 2203.05556: the piecewise-linear encoding).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/dataset.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

// What the recipe depends on.
struct TableFacts {
  std::size_t rows = 10'000;  // that train a network
  std::size_t columns = 10;   // of the table
  bool regression = true;
  bool numbers = true;  // among its columns, which embeddings need
  // Only the time of a search needs these (recipe_cost.h).
  std::size_t features = 10;               // that the columns become
  std::vector<std::size_t> distinct = {};  // of each numeric column: how many values differ
};

// How much a search varies, from all that paid on some table down to what is quick on any.
enum class Breadth { kFull, kOneBatch, kTwoWidths, kOneWidth };

// The part of a configuration that decides how long it trains.
struct RecipeNetwork {
  std::size_t width = 128;
  std::size_t layers = 2;
  std::size_t bins = 0;  // 0: without embedding: ple
  bool waves = false;    // embedding: pbld
  std::size_t batch = 256;
};

// A line of a sweep file: `value` is YAML.
struct RecipeLine {
  std::string_view section;  // "dataset", "model" or "training"
  std::string_view key;
  std::string value;
};

struct TableRecipe {
  std::vector<RecipeLine> fixed;     // in the order in which people read them
  std::vector<RecipeLine> defaults;  // of what a search varies
  std::vector<RecipeLine> ranges;    // the same settings, as `parameters` has them
  std::vector<RecipeLine> second;    // what a search tries after the defaults; empty: nothing

  int epochs = 0;
  std::vector<RecipeNetwork> first;     // the networks of the defaults and of `second`
  std::vector<RecipeNetwork> searched;  // those of the ranges, each as likely as another
};

// `training_rows`: of the split.
TableFacts facts_of(const nn::Dataset& dataset, std::size_t training_rows);

TableRecipe table_recipe(const TableFacts& facts, Breadth breadth = Breadth::kFull);

// Does the sweep file ask for the recipe by `model: {preset: table}`?
bool has_preset(const YamlNode& tree);

// The tree with the recipe in place of `preset`: every setting of it that the file neither fixes
// nor searches, and the preprocessing if it names none. A tree without `preset` stays as it is.
YamlNode without_preset(YamlNode tree, const TableFacts& facts);

}  // namespace hpsearch::runner

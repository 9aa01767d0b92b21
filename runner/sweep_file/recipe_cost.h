// How long the search of a recipe takes, as a formula: `init` writes the same file on every
// machine.
#pragma once

#include <cstddef>

#include "runner/sweep_file/table_recipe.h"

namespace hpsearch::runner {

// CPU microseconds per row of an epoch on an AVX-512 core of a busy cloud machine. Fitted to 23
// networks on four tables, from 16 to 256 rows a batch; off by a fifth in most of them.
double row_microseconds(const TableFacts& facts, const RecipeNetwork& network);

// What a search trains.
struct SearchSize {
  int trials = 1;
  int folds = 1;    // networks a trial
  int members = 0;  // trials that an ensemble may take, trained again on `all_rows`
  std::size_t all_rows = 0;
};

// The wall seconds of the whole search on two cores.
double search_seconds(const TableRecipe& recipe, const TableFacts& facts, const SearchSize& size);

}  // namespace hpsearch::runner

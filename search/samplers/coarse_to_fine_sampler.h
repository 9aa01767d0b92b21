// Coarse-to-fine search, as the notes teach it: many short trials over wide ranges, then fewer and
// longer ones around the best.
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// Stage 0 searches the written space; each later one the box that next_box() (search/box.h) makes
// of the trials of the stage before. A stage begins with the best `carry` trials of the one before,
// trained again for its own epochs, so that the last ranking compares like with like; then come its
// points: scrambled Sobol points, random draws, or a grid and its refinement (search/grid.h). Of a
// later stage's Sobol points every second one lies close to the best trial that it carries, within
// shrink^2 of the box's width: a box that stays wide, around several good regions, would be
// searched no more finely than before. A stage waits for all of the one before. An earlier sweep's
// results (problem.earlier) are as a stage before the first: its box and its points close to the
// best follow from them, but none of them is trained again. Requires problem.stages.
std::unique_ptr<Sampler> make_coarse_to_fine_sampler(SearchProblem problem);

}  // namespace hpsearch::search

// Coarse-to-fine search: many short trials over wide ranges, then fewer and longer ones around the
// best (cs231n course notes, "Stage your search from coarse to fine").
#pragma once

#include "search/samplers/sampler.h"

namespace hpsearch::search {

// Stage 0 searches the written space, each later stage the box that next_box() (points/box.h)
// computes from the trials of the stage before. A stage waits until all of those have ended.
//
// A stage first trains the best `carry` trials of the previous stage again, with its own number of
// epochs, so that the final ranking compares like with like. Then come its points: scrambled Sobol
// points, random draws, or a grid with its refinement (points/grid.h). In later stages every second
// Sobol point lies close to the best carried trial, within shrink^2 of the box's width: a box that
// stays wide over several good regions would otherwise be searched no more finely than before.
//
// In a finite space a stage ends when each point of its box has been tried in it, and the search
// when that holds for the last stage.
//
// Results of an earlier sweep (problem.earlier) act as a stage before the first: they determine its
// box and the points close to the best, but none of them is trained again. Requires problem.stages.
std::unique_ptr<Sampler> make_coarse_to_fine_sampler(SearchProblem problem);

}  // namespace hpsearch::search

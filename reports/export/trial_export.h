// All trials of a sweep in forms that other programs read, piece by piece: memory for one trial.
#pragma once

#include <functional>
#include <string_view>

#include "storage/queries.h"

namespace hpsearch::reports {

// Takes the next piece of a text.
using TextSink = std::function<void(std::string_view)>;

// JSON Lines: one object a trial, in the order of their numbers, of all states. `params` are in
// their native types; `epochs` has an array a column, `metrics` of every other series its epochs
// and values. What is not there, or not finite, is null. `format` grows when a change could break a
// script.
void write_trial_lines(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       const TextSink& out);

// RFC 4180: a header, lines that end with CRLF, one row an epoch: trial, state, epoch, its columns,
// and those of nn::kEpochMetrics and of the sweep's metric that the sweep has. Every digit; what is
// not there, or not finite, is an empty field.
void write_epoch_csv(storage::Queries& queries,
                     const storage::SweepRow& sweep,
                     const TextSink& out);

}  // namespace hpsearch::reports

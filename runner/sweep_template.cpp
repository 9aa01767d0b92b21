#include "runner/sweep_template.h"

namespace hpsearch::runner {

std::string sweep_template() {
  return
      R"(# A sweep: which parameters to try, on which data, and what counts as best.
# The name of the sweep in the database is this file's name; to give another one: name: my_sweep

seed: 1                          # the same file and seed give the same results, bit for bit
method: random                   # how parameters are chosen
metric: {name: val_accuracy}     # or val_loss, train_accuracy, train_loss
run_cap: 40                      # number of trials; raise it later to extend the sweep

dataset:
  source: digits                 # or fashion-mnist, or a folder of IDX files beside this file
  validation: 0.2                # share (or number) of the training rows that judges the trials

# What is the same in all trials. configs/README.md lists every setting with its default.
model: {hidden: [128]}           # widths of the hidden layers
training: {epochs: 20, batch_size: 32}

# What varies: any setting of model or training.
parameters:
  learning_rate: {min: 1e-4, max: 1, scale: log}    # each power of ten as likely as the next
  l2:            {min: 1e-7, max: 1e-2, scale: log}
  dropout:       {min: 0.0, max: 0.6}
  # momentum:    {values: [0.0, 0.9, 0.99]}         # one of these

# parallel: {workers: 4}         # trials at the same time; default one a core; changes no result
)";
}

}  // namespace hpsearch::runner

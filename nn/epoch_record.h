// What one epoch of training measured.
#pragma once

namespace hpsearch::nn {

// Losses are the mean data term per sample, in nats for cross-entropy. Accuracies are fractions.
struct EpochRecord {
  int epoch = 0;            // from 1
  double train_loss = 0.0;  // mean over the epoch's samples, in training mode, before each update
  double train_accuracy = 0.0;  // likewise
  double val_loss = 0.0;        // after the epoch, in evaluation mode
  double val_accuracy = 0.0;    // likewise
  double learning_rate = 0.0;   // of the epoch's last update
  double grad_norm = 0.0;       // L2 norm of the gradient of loss + penalty, all weights and biases
  double weight_norm = 0.0;     // L2 norm of all weights (not biases), after the epoch
  double update_ratio = 0.0;    // L2 norm of an update of the weights / L2 norm of the weights
  double seconds = 0.0;         // wall time, validation included
  // grad_norm and update_ratio are taken at the epoch's last full batch, or at its only batch where
  // none is full: a short batch's gradient is noisier than its neighbours'.

  // An infinite or undefined loss: the trial has diverged.
  bool diverged() const;
};

}  // namespace hpsearch::nn

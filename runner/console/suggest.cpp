#include "runner/console/suggest.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"

namespace hpsearch::runner {
namespace {

// What other programs, and people, call what is meant here. Too far from the right name for its
// letters to tell.
struct UsualName {
  std::string_view usual;
  std::string_view here;
};
constexpr std::array kUsualNames{
    UsualName{"lr", "learning_rate"},
    UsualName{"learning_rate_init", "learning_rate"},
    UsualName{"eta", "learning_rate"},
    UsualName{"step_size", "learning_rate"},
    UsualName{"bs", "batch_size"},
    UsualName{"batch", "batch_size"},
    UsualName{"minibatch_size", "batch_size"},
    UsualName{"wd", "weight_decay"},
    UsualName{"l2_reg", "l2"},
    UsualName{"l2_regularization", "l2"},
    UsualName{"reg", "l2"},
    UsualName{"l1_reg", "l1"},
    UsualName{"num_epochs", "epochs"},
    UsualName{"n_epochs", "epochs"},
    UsualName{"max_epochs", "epochs"},
    UsualName{"max_iter", "epochs"},
    UsualName{"opt", "optimizer"},
    UsualName{"optim", "optimizer"},
    UsualName{"solver", "optimizer"},
    UsualName{"bn", "batch_norm"},
    UsualName{"batchnorm", "batch_norm"},
    UsualName{"batch_normalization", "batch_norm"},
    UsualName{"drop", "dropout"},
    UsualName{"dropout_rate", "dropout"},
    UsualName{"dropout_p", "dropout"},
    UsualName{"act", "activation"},
    UsualName{"nonlinearity", "activation"},
    UsualName{"layers", "hidden_layers"},
    UsualName{"n_layers", "hidden_layers"},
    UsualName{"num_layers", "hidden_layers"},
    UsualName{"depth", "hidden_layers"},
    UsualName{"units", "hidden_units"},
    UsualName{"n_units", "hidden_units"},
    UsualName{"num_units", "hidden_units"},
    UsualName{"width", "hidden_units"},
    UsualName{"hidden_size", "hidden_units"},
    UsualName{"hidden_dim", "hidden_units"},
    UsualName{"hidden_layer_sizes", "hidden"},
    UsualName{"initializer", "init"},
    UsualName{"weight_init", "init"},
    UsualName{"scheduler", "schedule"},
    UsualName{"lr_scheduler", "schedule"},
    UsualName{"lr_schedule", "schedule"},
    UsualName{"early_stopping", "patience"},
    UsualName{"clip", "grad_clip"},
    UsualName{"gradient_clip", "grad_clip"},
    UsualName{"clip_norm", "grad_clip"},
    UsualName{"max_grad_norm", "grad_clip"},
    UsualName{"eps", "epsilon"},
    UsualName{"criterion", "loss"},
    UsualName{"random_state", "seed"},
    UsualName{"acc", "val_accuracy"},
    UsualName{"accuracy", "val_accuracy"},
    UsualName{"val_acc", "val_accuracy"},
    UsualName{"valid_acc", "val_accuracy"},
    UsualName{"validation_accuracy", "val_accuracy"},
    UsualName{"loss", "val_loss"},
    UsualName{"valid_loss", "val_loss"},
    UsualName{"validation_loss", "val_loss"},
    UsualName{"auc", "val_auc"},
    UsualName{"roc_auc", "val_auc"},
    UsualName{"auroc", "val_auc"},
    UsualName{"f1", "val_f1"},
    UsualName{"f1_score", "val_f1"},
    UsualName{"rmse", "val_rmse"},
    UsualName{"mse", "val_rmse"},
    UsualName{"mae", "val_mae"},
    UsualName{"r2", "val_r2"},
    UsualName{"r2_score", "val_r2"},
    UsualName{"trials", "run_cap"},
    UsualName{"n_trials", "run_cap"},
    UsualName{"num_trials", "run_cap"},
    UsualName{"max_trials", "run_cap"},
    UsualName{"count", "run_cap"},
};

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_ascii(x) == lower_ascii(y); });
}

std::size_t edits_between(std::string_view a, std::string_view b) {
  // Three rows of the table suffice: a swap looks back two rows.
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    previous[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = lower_ascii(a[i - 1]) == lower_ascii(b[j - 1]) ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost});
      const bool swapped = i > 1 && j > 1 && lower_ascii(a[i - 1]) == lower_ascii(b[j - 2]) &&
                           lower_ascii(a[i - 2]) == lower_ascii(b[j - 1]);
      if (swapped) {
        current[j] = std::min(current[j], above[j - 2] + 1);
      }
    }
    std::swap(above, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<std::string_view> usual_name(std::string_view typed,
                                           std::span<const std::string_view> candidates) {
  for (const UsualName& row : kUsualNames) {
    if (equal_but_for_case(row.usual, typed)) {
      const auto found = std::find(candidates.begin(), candidates.end(), row.here);
      if (found != candidates.end()) {
        return *found;
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> nearest_name(std::string_view typed,
                                             std::span<const std::string_view> candidates) {
  if (const auto meant = usual_name(typed, candidates)) {
    return meant;
  }
  const std::size_t limit = std::max<std::size_t>(1, typed.size() / 3);
  std::optional<std::string_view> nearest;
  std::size_t fewest = std::min(limit + 1, typed.size());
  for (const std::string_view candidate : candidates) {
    // The difference in length is a lower bound of the edits: skip hopeless candidates.
    if (std::max(candidate.size(), typed.size()) - std::min(candidate.size(), typed.size()) >
        limit) {
      continue;
    }
    const std::size_t edits = edits_between(typed, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates) {
  const std::optional<std::string_view> name = nearest_name(typed, candidates);
  return name ? fmt::format("; did you mean '{}'?", *name) : std::string{};
}

}  // namespace hpsearch::runner

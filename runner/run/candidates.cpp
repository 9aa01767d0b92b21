#include "runner/run/candidates.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <numeric>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "nn/files/data_error.h"
#include "nn/files/safetensors.h"
#include "runner/run/artifact_place.h"
#include "runner/run/environment.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

constexpr char kEnding[] = ".safetensors";

std::string prefix_of(std::size_t fold) {
  return fmt::format("folds.{}.", fold);
}

std::optional<std::uint64_t> number_of(const fs::path& file) {
  const std::string stem = file.stem().string();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  return error == std::errc() && end == stem.data() + stem.size() && file.extension() == kEnding
             ? std::optional(number)
             : std::nullopt;
}

std::optional<int> whole(const nn::TensorMetadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  int number = 0;
  if (found == metadata.end() ||
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), number)
              .ec != std::errc()) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

Candidates::Candidates(fs::path folder,
                       std::size_t most,
                       const std::vector<storage::TrialRow>& trials,
                       const search::Metric& metric)
    : folder_(std::move(folder)), most_(most) {
  std::error_code none;
  for (const fs::directory_entry& file : fs::directory_iterator(folder_, none)) {
    const auto number = number_of(file.path());
    const auto trial = std::find_if(trials.begin(), trials.end(), [&](const auto& row) {
      return row.number == number && row.state == search::TrialState::kComplete;
    });
    std::error_code error;
    const std::uint64_t bytes = fs::file_size(file.path(), error);
    if (trial == trials.end() || error) {
      fs::remove(file.path(), error);
      continue;
    }
    const auto score = trial->value ? std::optional(metric.score(*trial->value)) : std::nullopt;
    entries_.push_back(
        {{trial->state, trial->stage, score, trial->number, false, trial->violation}, bytes});
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return search::better(a.standing, b.standing); });
  while (entries_.size() > most_) {
    remove_last();
  }
}

fs::path Candidates::file_of(std::uint64_t trial) const {
  return folder_ / fmt::format("{}{}", trial, kEnding);
}

void Candidates::remove_last() noexcept {
  std::error_code error;
  fs::remove(file_of(entries_.back().standing.number), error);
  entries_.pop_back();
}

void Candidates::offer(const search::Standing& standing, const KeptWeights& weights) noexcept {
  if (standing.state != search::TrialState::kComplete ||
      (weights.tensors.empty() && weights.folds.empty())) {
    return;
  }
  std::erase_if(entries_,
                [&](const Entry& entry) { return entry.standing.number == standing.number; });
  if (entries_.size() >= most_ && !search::better(standing, entries_.back().standing)) {
    return;
  }
  try {
    write(standing, weights);
  } catch (const std::exception&) {  // it is trained again
    std::error_code error;
    fs::remove(file_of(standing.number), error);
  }
}

void Candidates::write(const search::Standing& standing, const KeptWeights& weights) {
  nn::TensorMetadata metadata{{"tool", fmt::format("hpsearch {}", tool_version())},
                              {"trial", fmt::format("{}", standing.number)},
                              {"attempt", fmt::format("{}", weights.origin.attempt)},
                              {"folds", fmt::format("{}", weights.folds.size())}};
  std::vector<nn::NamedTensor> tensors;
  std::uint64_t bytes = 0;
  const auto add = [&](std::size_t fold, int epoch, const nn::WeightSet& set) {
    metadata[prefix_of(fold) + "epoch"] = fmt::format("{}", epoch);
    for (nn::NamedTensor& tensor : nn::named_tensors(set)) {
      tensor.name.insert(0, prefix_of(fold));
      bytes += tensor.data.size_bytes();
      tensors.push_back(std::move(tensor));
    }
  };
  if (weights.folds.empty()) {
    add(0, weights.origin.epoch, weights.tensors);
  }
  for (std::size_t fold = 0; fold < weights.folds.size(); ++fold) {
    add(fold, weights.folds[fold].epoch, weights.folds[fold].tensors);
  }
  const std::uint64_t others =
      std::accumulate(entries_.begin(), entries_.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const Entry& entry) { return sum + entry.bytes; });
  if (others + bytes > kMostBytes) {
    return;
  }
  fs::create_directories(folder_);
  nn::write_safetensors(file_of(standing.number), tensors, metadata);
  const Entry entry{standing, bytes};
  entries_.insert(std::lower_bound(entries_.begin(), entries_.end(), entry,
                                   [](const Entry& a, const Entry& b) {
                                     return search::better(a.standing, b.standing);
                                   }),
                  entry);
  if (entries_.size() > most_) {
    remove_last();
  }
}

std::optional<KeptWeights> Candidates::read(std::uint64_t trial, int attempt) const {
  std::error_code error;
  if (!fs::exists(file_of(trial), error)) {
    return std::nullopt;
  }
  try {
    nn::SafetensorsFile file = nn::read_safetensors(file_of(trial));
    const auto folds = whole(file.metadata, "folds");
    if (!folds || *folds < 0 || whole(file.metadata, "attempt") != attempt) {
      return std::nullopt;
    }
    KeptWeights kept{{trial, attempt, 0}, {}};
    kept.folds.resize(static_cast<std::size_t>(std::max(1, *folds)));
    for (std::size_t fold = 0; fold < kept.folds.size(); ++fold) {
      const std::string prefix = prefix_of(fold);
      kept.folds[fold].epoch = whole(file.metadata, prefix + "epoch").value_or(0);
      for (nn::LoadedTensor& tensor : file.tensors) {
        if (tensor.name.starts_with(prefix)) {
          tensor.name.erase(0, prefix.size());
          kept.folds[fold].tensors.push_back(std::move(tensor));
          tensor = {};
        }
      }
    }
    if (*folds == 0) {
      kept.origin.epoch = kept.folds.front().epoch;
      kept.tensors = std::move(kept.folds.front().tensors);
      kept.folds.clear();
    }
    return kept;
  } catch (const nn::DataError&) {
    return std::nullopt;
  }
}

void Candidates::drop() noexcept {
  std::error_code error;
  fs::remove_all(folder_, error);
  entries_.clear();
}

Candidates candidates_of(storage::Store& store,
                         std::int64_t sweep_id,
                         const search::SweepSpec& spec,
                         bool shared) {
  const auto folder = artifact_place(store.path(), sweep_id, "candidates").file;
  const auto most = static_cast<std::size_t>(std::max(1, spec.ensemble.trials));
  return shared ? Candidates(folder, most)
                : Candidates(folder, most, store.trials(sweep_id), spec.metric);
}

}  // namespace hpsearch::runner

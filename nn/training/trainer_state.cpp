#include "nn/training/trainer_state.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/base/compute_thread.h"
#include "nn/training/trainer_impl.h"

namespace hpsearch::nn {
namespace {

constexpr char kEpoch[] = "trainer.epoch";
constexpr char kUpdates[] = "trainer.updates";
constexpr char kLosses[] = "trainer.validation_losses";

template <class Integer>
std::optional<Integer> read_integer(const TensorMetadata& facts, const char* key) {
  const auto found = facts.find(key);
  if (found == facts.end()) {
    return std::nullopt;
  }
  const std::string& text = found->second;
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

// Hexadecimal digits keep every bit: "0x1.8p+1 inf".
std::string losses_text(std::span<const double> losses) {
  std::string text;
  for (const double loss : losses) {
    text += fmt::format("{}{:a}", text.empty() ? "" : " ", loss);
  }
  return text;
}

std::optional<std::vector<double>> read_losses(const std::string& text) {
  std::vector<double> losses;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    losses.push_back(std::strtod(at, &end));
    if (end == at || (*end != ' ' && *end != '\0')) {
      return std::nullopt;
    }
    at = *end == ' ' ? end + 1 : end;
  }
  return losses;
}

bool fits(const std::vector<StateArray>& arrays, const std::vector<LoadedTensor>& tensors) {
  return std::equal(arrays.begin(), arrays.end(), tensors.begin(), tensors.end(),
                    [](const StateArray& array, const LoadedTensor& tensor) {
                      return array.name == tensor.name && array.shape == tensor.shape &&
                             array.values.size() == tensor.values.size();
                    });
}

}  // namespace

TensorMetadata Trainer::Impl::identity() const {
  // The arrays' shapes are padded, and do not tell all widths apart.
  std::string layers;
  for (const LinearLayer& layer : network.layers()) {
    layers += fmt::format("{}x{}x{} ", layer.in, layer.pieces, layer.out);
  }
  return {{"trainer.format", "1"},
          {"trainer.seed", fmt::format("{}", seed)},
          {"trainer.rows", fmt::format("{}", data.split.train.size())},
          {"trainer.updates_per_epoch", fmt::format("{}", updates)},
          {"trainer.optimizer", fmt::format("{}", static_cast<int>(settings.optimizer))},
          {"trainer.layers", std::move(layers)},
          {"trainer.precision", network.in_bfloat16() ? "bf16" : "f32"}};
}

// With their padding, which is zero: so they are what they were, whatever a rule does to it.
std::vector<StateArray> Trainer::Impl::arrays() {
  std::vector<StateArray> all;
  const std::vector<Optimizer::Memory> memory = optimizer.memory();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& p = parameters[i];
    const std::vector<std::size_t> shape{p.rows, p.stride};
    const auto add = [&](const char* what, std::span<float> values) {
      if (!values.empty()) {
        all.push_back({fmt::format("{}.{}", what, p.name), shape, values});
      }
    };
    add("value", p.value);
    add("first", memory[i].first);
    add("second", memory[i].second);
  }
  for (std::size_t l = 0; l < network.hidden().size(); ++l) {
    if (auto& norm = network.hidden()[l].norm) {
      using Named = std::pair<const char*, std::span<float>>;
      for (const auto& [name, values] : {Named("running_mean", norm->running_mean),
                                         Named("running_variance", norm->running_variance)}) {
        all.push_back({fmt::format("layers.{}.norm.{}", l, name), {values.size()}, values});
      }
    }
  }
  return all;
}

std::size_t most_state_numbers(const Settings& settings, std::size_t columns, std::size_t outputs) {
  std::size_t trained = 0;
  std::size_t others = 0;  // the running statistics
  const std::size_t waved = has_waves(settings.embedding) ? columns : 0;
  const std::size_t binned = has_bins(settings.embedding) ? columns : 0;
  std::size_t in = columns + waved * kWaves + binned * static_cast<std::size_t>(settings.bins);
  trained += settings.scaling ? padded(in) : 0;
  trained += waved * (2 + kWaves) * padded(static_cast<std::size_t>(settings.frequencies)) +
             padded(waved * kWaves);
  for (std::size_t l = 0; l <= settings.hidden.size(); ++l) {
    const bool last = l == settings.hidden.size();
    const std::size_t out = last ? outputs : static_cast<std::size_t>(settings.hidden[l]);
    const bool pieces = !last && settings.activation.of(l) == Activation::kMaxout;
    const std::size_t width =
        padded(out) * (pieces ? static_cast<std::size_t>(settings.maxout_pieces) : 1);
    trained += padded(in) * width + (settings.bias ? width : 0);
    if (!last && settings.batch_norm) {
      trained += 2 * width;
      others += 2 * width;
    }
    in = out;
  }
  return (1 + arrays_kept(settings)) * trained + others;
}

std::size_t most_state_bytes(const Settings& settings, std::size_t columns, std::size_t outputs) {
  // A tensor's entry in the header, the other facts, and the text of a loss.
  constexpr std::size_t kEntry = 160;
  constexpr std::size_t kFacts = 4096;
  constexpr std::size_t kLoss = 25;
  const std::size_t arrays = 5 + 6 * (settings.hidden.size() + 1);
  return sizeof(float) * most_state_numbers(settings, columns, outputs) + kFacts +
         kEntry * (1 + arrays_kept(settings)) * arrays +
         kLoss * static_cast<std::size_t>(settings.epochs);
}

TrainerState Trainer::save() const {
  Impl& t = *impl_;
  TrainerState state;
  state.epoch = t.epochs_done;
  state.facts = t.identity();
  state.facts[kEpoch] = fmt::format("{}", t.epochs_done);
  state.facts[kUpdates] = fmt::format("{}", t.steps_done);
  state.facts[kLosses] = losses_text(t.observed);
  for (StateArray& array : t.arrays()) {
    state.tensors.push_back({std::move(array.name),
                             std::move(array.shape),
                             {array.values.begin(), array.values.end()}});
  }
  return state;
}

bool Trainer::restore(const TrainerState& state) {
  const ComputeThread guard;
  Impl& t = *impl_;
  const auto epoch = read_integer<int>(state.facts, kEpoch);
  const auto updates = read_integer<std::uint32_t>(state.facts, kUpdates);
  const auto text = state.facts.find(kLosses);
  const auto losses = text == state.facts.end() ? std::nullopt : read_losses(text->second);
  const TensorMetadata identity = t.identity();
  const bool same = std::all_of(identity.begin(), identity.end(), [&](const auto& fact) {
    const auto found = state.facts.find(fact.first);
    return found != state.facts.end() && found->second == fact.second;
  });
  const std::vector<StateArray> arrays = t.arrays();
  if (t.epochs_done != 0 || !same || !epoch || *epoch < 1 || *epoch != state.epoch || !updates ||
      *updates != t.updates * static_cast<std::size_t>(*epoch) || !losses ||
      losses->size() != static_cast<std::size_t>(*epoch) || !fits(arrays, state.tensors)) {
    return false;
  }
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    std::copy(state.tensors[i].values.begin(), state.tensors[i].values.end(),
              arrays[i].values.begin());
  }
  t.network.round_weights();
  t.optimizer.go_on_after(*updates);
  t.epochs_done = *epoch;
  t.steps_done = *updates;
  // The schedule is where the losses have led it.
  t.observed = *losses;
  for (const double loss : t.observed) {
    t.rate.observe(loss);
  }
  return true;
}

}  // namespace hpsearch::nn

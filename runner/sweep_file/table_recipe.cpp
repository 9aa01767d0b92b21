#include "runner/sweep_file/table_recipe.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/settings/settings.h"
#include "runner/sweep_file/setting_reader.h"
#include "runner/yaml/yaml_edit.h"

namespace hpsearch::runner {
namespace {

// Beyond these columns the encodings would be most of the network.
constexpr std::size_t kColumnsOfWaves = 64;
constexpr std::size_t kColumnsOfBins = 200;
constexpr int kBinsOfManyColumns = 8;

constexpr std::size_t kSmallTable = 2'000;
constexpr std::size_t kLargeTable = 10'000;

// What depends on the rows.
struct Sizes {
  int batch;
  int epochs;
  int bins;
  double learning_rate;
  std::string_view embedding;
};

Sizes sizes_for(const TableFacts& facts) {
  const std::size_t rows = facts.rows;
  if (facts.regression) {
    return rows < kSmallTable   ? Sizes{64, 64, 16, 0.04, "ple"}
           : rows < kLargeTable ? Sizes{256, 64, 32, 0.04, "ple"}
                                : Sizes{256, 48, 32, 0.04, "ple"};
  }
  return rows < 500           ? Sizes{32, 64, 32, 0.006, "pbld"}
         : rows < kLargeTable ? Sizes{64, 32, 32, 0.006, "pbld"}
                              : Sizes{128, 20, 128, 0.01, "ple"};
}

Sizes for_columns(Sizes sizes, const TableFacts& facts) {
  if (facts.columns > kColumnsOfBins || !facts.numbers) {
    sizes.embedding = "none";
  } else if (facts.columns > kColumnsOfWaves) {
    sizes.embedding = "ple";
    sizes.bins = kBinsOfManyColumns;
  }
  return sizes;
}

// What the ranges choose from.
struct Choices {
  std::vector<std::vector<std::size_t>> widths;
  std::vector<std::size_t> batches;
  std::vector<std::size_t> bins;
  std::vector<std::string> embeddings;
};

Choices choices_for(const TableFacts& facts, const Sizes& sizes, Breadth breadth) {
  // Three wide layers, half the batch and waves gain little on a large table, and take long there.
  const bool large = facts.rows >= kLargeTable;
  Choices choices;
  choices.widths = {{128, 128}};
  if (breadth <= Breadth::kOneBatch && !large) {
    choices.widths = {{128, 128}, {128, 128, 128}, {256, 256}, {256, 256, 256}};
  } else if (breadth <= Breadth::kTwoWidths) {
    choices.widths = {{128, 128}, {256, 256}};
  }
  const auto batch = static_cast<std::size_t>(sizes.batch);
  choices.batches = {batch};
  if (breadth == Breadth::kFull && !large) {
    choices.batches = {batch / 2, batch};
  }
  choices.embeddings = {std::string(sizes.embedding)};
  if (facts.columns > kColumnsOfWaves || !facts.numbers) {
    choices.bins = {static_cast<std::size_t>(sizes.embedding == "ple" ? sizes.bins : 0)};
    return choices;
  }
  choices.bins = {16, 32, 64};
  if (breadth == Breadth::kFull || sizes.bins == 128) {
    choices.bins.push_back(128);
  }
  // Bins are what regressions need; waves help where a network is to learn single rows by heart.
  if (facts.regression && facts.rows >= kSmallTable && !large) {
    choices.embeddings = {"ple", "pbld"};
  } else if (!facts.regression && !large) {
    choices.embeddings = {"ple", "pbld", "ple_pbld"};
  }
  return choices;
}

RecipeNetwork network_of(const std::vector<std::size_t>& widths,
                         std::string_view embedding,
                         std::size_t bins,
                         std::size_t batch) {
  return {.width = widths.front(),
          .layers = widths.size(),
          .bins = embedding.starts_with("ple") ? bins : 0,
          .waves = embedding.ends_with("pbld"),
          .batch = batch};
}

std::vector<RecipeNetwork> networks_of(const Choices& choices) {
  std::vector<RecipeNetwork> networks;
  for (const auto& widths : choices.widths) {
    for (const std::size_t batch : choices.batches) {
      for (const std::string& embedding : choices.embeddings) {
        for (const std::size_t bins : choices.bins) {
          networks.push_back(network_of(widths, embedding, bins, batch));
        }
      }
    }
  }
  return networks;
}

void add_ranges(const Choices& choices, double learning_rate, std::vector<RecipeLine>& ranges) {
  ranges = {
      {"training", "learning_rate",
       fmt::format("{{min: {:.2g}, max: {:.2g}, scale: log}}", learning_rate / 4,
                   learning_rate * 3)},
      {"training", "weight_decay", "{values: [0, 0.02, 0.1], ordered: true}"},
      {"model", "dropout", "{values: [0, 0.15, 0.35], ordered: true}"},
  };
  if (choices.widths.size() > 1) {
    ranges.push_back({"model", "hidden", fmt::format("{{values: {}}}", choices.widths)});
  }
  if (choices.batches.size() > 1) {
    ranges.push_back(
        {"training", "batch_size", fmt::format("{{values: {}, ordered: true}}", choices.batches)});
  }
  if (choices.embeddings.size() > 1) {
    ranges.push_back({"model", "embedding",
                      fmt::format("{{values: [{}]}}", fmt::join(choices.embeddings, ", "))});
  }
  if (choices.bins.size() > 1) {
    const bool always = choices.embeddings.size() == 1;
    ranges.push_back({"model", "bins",
                      fmt::format("{{values: {}, ordered: true{}}}", choices.bins,
                                  always ? "" : R"(, when: 'embedding != "pbld"')")});
  }
}

YamlNode parsed(const std::string& yaml) {
  std::vector<Diagnostic> diagnostics;
  return *parse_yaml({"recipe", yaml}, diagnostics);
}

const YamlNode* find(const YamlNode& tree, std::string_view section, std::string_view key) {
  const YamlNode* map = tree.find(section);
  return map == nullptr ? nullptr : map->find(key);
}

bool is_given(const YamlNode& tree, std::string_view section, std::string_view key) {
  return find(tree, section, key) != nullptr;
}

// Would the setting have no effect, as the file fixes another one, such as the optimizer?
bool is_idle(const YamlNode& tree, std::string_view key) {
  const auto needs = nn::needs_of(key);
  if (!needs) {
    return false;
  }
  for (const char* section : {"model", "training"}) {
    const YamlNode* node = find(tree, section, needs->setting);
    if (node != nullptr && node->kind == YamlNode::Kind::kScalar) {
      return std::find(needs->values.begin(), needs->values.end(), node->text) ==
             needs->values.end();
    }
  }
  return false;
}

// `hidden` may be given as hidden_layers, hidden1 and so on.
bool gives_layers(const YamlNode* map) {
  return map != nullptr &&
         std::any_of(map->entries.begin(), map->entries.end(),
                     [](const YamlEntry& entry) { return entry.key.starts_with("hidden"); });
}

}  // namespace

TableFacts facts_of(const nn::Dataset& dataset, std::size_t training_rows) {
  // A table's own columns: their features are not known before its training rows are.
  const std::size_t columns =
      dataset.column_reports.empty() ? dataset.columns : dataset.column_reports.size();
  return {.rows = training_rows,
          .columns = columns,
          .regression = dataset.task == nn::Task::kRegression,
          .features = dataset.columns};
}

TableRecipe table_recipe(const TableFacts& facts, Breadth breadth) {
  const Sizes sizes = for_columns(sizes_for(facts), facts);
  const bool bins = sizes.embedding == "ple";
  TableRecipe recipe;
  recipe.epochs = sizes.epochs;
  recipe.fixed = {
      {"dataset", "preprocess", "robust"},
      {"model", "activation", facts.regression ? "mish" : "selu"},
      {"model", "scaling", "true"},
      {"model", "parametrization", "ntk"},
      {"model", "dropout_schedule", "flat_cos"},
      {"training", "epochs", std::to_string(sizes.epochs)},
      {"training", "optimizer", "adam"},
      {"training", "beta2", "0.95"},
      {"training", "epsilon", "1e-9"},
      {"training", "schedule", "coslog4"},
      {"training", "weight_decay_schedule", "flat_cos"},
      {"training", "bias_rate", "0.1"},
      {"training", "scaling_rate", "6"},
      {"training", "drop_last", "true"},
      {"training", "best_by", "loss"},
  };
  if (facts.regression) {
    recipe.fixed.insert(recipe.fixed.begin() + 5, {"model", "clip_predictions", "true"});
  }
  recipe.defaults = {
      {"model", "hidden", "[128, 128]"},
      {"model", "embedding", std::string(sizes.embedding)},
      {"model", "dropout", "0.15"},
      {"training", "learning_rate", fmt::format("{}", sizes.learning_rate)},
      {"training", "weight_decay", "0.02"},
      {"training", "batch_size", std::to_string(sizes.batch)},
  };
  if (bins) {
    recipe.defaults.insert(recipe.defaults.begin() + 2,
                           {"model", "bins", std::to_string(sizes.bins)});
  }
  const Choices choices = choices_for(facts, sizes, breadth);
  add_ranges(choices, sizes.learning_rate, recipe.ranges);
  recipe.searched = networks_of(choices);
  const auto batch = static_cast<std::size_t>(sizes.batch);
  recipe.first = {
      network_of({128, 128}, sizes.embedding, static_cast<std::size_t>(sizes.bins), batch)};
  // Some tables have rows that nearly repeat others, which a large network learns by heart.
  const bool by_heart =
      facts.regression && choices.embeddings.size() > 1 && choices.widths.back().size() == 3;
  if (by_heart) {
    recipe.second = {{"model", "hidden", "[256, 256, 256]"},
                     {"model", "embedding", "pbld"},
                     {"model", "dropout", "0"},
                     {"training", "learning_rate", "0.1"},
                     {"training", "weight_decay", "0"}};
    recipe.first.push_back(network_of(choices.widths.back(), "pbld", 0, batch));
  }
  return recipe;
}

bool has_preset(const YamlNode& tree) {
  return is_given(tree, "model", "preset");
}

YamlNode without_preset(YamlNode tree, const TableFacts& facts) {
  if (!has_preset(tree)) {
    return tree;
  }
  const TableRecipe recipe = table_recipe(facts);
  const YamlNode* parameters = tree.find("parameters");
  const bool layers = gives_layers(tree.find("model")) || gives_layers(parameters);
  std::vector<RecipeLine> lines = recipe.fixed;
  lines.insert(lines.end(), recipe.defaults.begin(), recipe.defaults.end());
  for (const RecipeLine& line : lines) {
    const bool given = is_given(tree, line.section, line.key) ||
                       (line.section != "dataset" && is_given(tree, "parameters", line.key)) ||
                       (line.key == "hidden" && layers);
    if (!given && !is_idle(tree, line.key)) {
      write_setting(child_map(tree, std::string(line.section)), std::string(line.key),
                    parsed(line.value));
    }
  }
  erase_key(*tree.find("model"), "preset");
  return tree;
}

}  // namespace hpsearch::runner

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "nn/settings/choices.h"
#include "nn/settings/hidden_widths.h"
#include "nn/settings/model_rows.h"
#include "nn/settings/settings.h"
#include "nn/settings/training_rows.h"

namespace hpsearch::nn {
namespace {

// Both sections, one after the other. A row does not name its section: the array that it stands in
// does.
constexpr auto kTable = [] {
  std::array<SettingInfo, std::size(detail::kModelRows) + std::size(detail::kTrainingRows)> table;
  std::size_t n = 0;
  for (const SettingInfo& row : detail::kModelRows) {
    table[n] = row;
    table[n++].section = Section::kModel;
  }
  for (const SettingInfo& row : detail::kTrainingRows) {
    table[n] = row;
    table[n++].section = Section::kTraining;
  }
  return table;
}();

constexpr std::string_view choices_of(std::string_view name) {
  return std::find_if(kTable.begin(), kTable.end(),
                      [&](const SettingInfo& row) { return row.name == name; })
      ->choices;
}

// A word that a sweep file may hold has an enumerator, and the other way round.
static_assert(are_words_of(choices_of("activation"), kActivationChoices));
static_assert(are_words_of(choices_of("init"), kInitialiserChoices));
static_assert(are_words_of(choices_of("parametrization"), kParametrizationChoices));
static_assert(are_words_of(choices_of("embedding"), kEmbeddingChoices));
static_assert(are_words_of(choices_of("optimizer"), kOptimizerChoices));
static_assert(are_words_of(choices_of("loss"), kLossChoices));
static_assert(are_words_of(choices_of("dropout_schedule"), kFadeChoices));
static_assert(are_words_of(choices_of("weight_decay_schedule"), kFadeChoices));
static_assert(are_words_of(choices_of("best_by"), kBestByChoices));
static_assert(are_words_of(choices_of("precision"), kPrecisionChoices));
static_assert(are_words_of(choices_of("schedule"), kScheduleKeys));

// hidden1, hidden2, ... share this row.
constexpr std::string_view kNumberedRow = "hidden<N>";

}  // namespace

std::span<const SettingInfo> setting_table() {
  return kTable;
}

const SettingInfo* find_setting(std::string_view name) {
  if (name == kNumberedRow) {
    return nullptr;  // the name of the row, but of no setting
  }
  const std::string_view row = layer_number(name) > 0 ? kNumberedRow : name;
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const SettingInfo& s) { return s.name == row; });
  return found == kTable.end() ? nullptr : found;
}

std::vector<std::string_view> setting_names(std::optional<Section> section) {
  std::vector<std::string_view> names;
  for (const SettingInfo& s : kTable) {
    if (!section || s.section == *section) {
      names.push_back(s.name == kNumberedRow ? "hidden1" : s.name);
    }
  }
  return names;
}

std::vector<std::string_view> words_of(std::string_view words) {
  std::vector<std::string_view> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    all.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return all;
}

}  // namespace hpsearch::nn

#include "reports/sweep/digest.h"

#include <cmath>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "reports/text/hex_float.h"

namespace hpsearch::reports {
namespace {

// Missing and non-finite numbers are "null", as in the database.
void append(std::string& text, std::optional<double> value) {
  text += '|';
  if (value && std::isfinite(*value)) {
    append_hex_float(text, *value);
  } else {
    text += "null";
  }
}

void append_epoch(std::string& text, const nn::EpochRecord& epoch) {
  text += "epoch|";
  text += std::to_string(epoch.epoch);
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    if (column.role != nn::EpochColumn::Role::kTime) {
      append(text, epoch.*column.field);
    }
  }
  text += '\n';
}

}  // namespace

void SweepDigest::add(storage::Queries& queries,
                      std::int64_t sweep_id,
                      storage::NumberRange numbers) {
  std::string text;
  queries.for_each_result(
      sweep_id,
      [&](const storage::ResultRow& trial, std::span<const nn::EpochRecord> epochs) {
        text = fmt::format("trial|{}|{}|{}|{}", trial.number, trial.stage,
                           search::to_text(trial.state), trial.params_json);
        append(text, trial.value);
        text += trial.best_epoch ? fmt::format("|{}\n", *trial.best_epoch) : "|null\n";
        for (const nn::EpochRecord& epoch : epochs) {
          append_epoch(text, epoch);
        }
        hash_.update(text);
      },
      numbers);
}

std::string sweep_digest(storage::Queries& queries, std::int64_t sweep_id) {
  SweepDigest digest;
  digest.add(queries, sweep_id, {});
  return digest.text();
}

}  // namespace hpsearch::reports

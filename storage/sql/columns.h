// Reads single columns as what the schema says they are. Internal to storage.
//
// SQLite keeps any value in any column, so a damaged file, or a database that another program has
// changed, may hold anything. What no run writes is refused here, by the column's name, so that
// nothing behind this room meets a negative stage or an epoch of 2^63.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

#include "storage/sql/session.h"

namespace hpsearch::storage {

// A column that holds what no run writes. guarded() adds the file and makes it a StoreError.
class DamagedRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::int64_t kMaxCount = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kMaxNumber = (std::int64_t{1} << 53) - 1;  // trials, as --trials
inline constexpr int kMaxStage = 999'999;
inline constexpr int kMaxAttempt = std::numeric_limits<int>::max() - 1;
inline constexpr int kMaxReplicate = 999'999;
inline constexpr int kMaxEpoch = 1'000'000'000;

// Throws DamagedRow: "number holds '3x', not a whole number from 0 to 5".
[[noreturn]] void refuse_column(const Column& column, const std::string& expected);

// A whole number from `low` to `high`. Throws DamagedRow for anything else.
std::int64_t whole(const Column& column, std::int64_t low, std::int64_t high);

// The same as an int.
int whole_int(const Column& column, int low, int high);
std::optional<int> whole_int_or_null(const Column& column, int low, int high);

// A finite number. Throws DamagedRow for anything else.
double real(const Column& column);
std::optional<double> real_or_null(const Column& column);

std::optional<std::string> text_or_null(const Column& column);

}  // namespace hpsearch::storage

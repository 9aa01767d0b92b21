// --fields a,b: some fields of a JSON answer, or some columns of a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/text/delimited.h"

namespace hpsearch::runner {

// Where the fields of an answer are.
struct AnswerShape {
  // The array whose objects have the fields; empty: the answer itself has them.
  std::string_view records = {};
  // Fields that some answers of this kind lack: null where they are chosen and absent.
  std::vector<std::string_view> optional = {};
};

// The names in the value of --fields. Throws UsageError where there is none.
std::vector<std::string> parse_fields(const std::string& text);

// The JSON object on a line with only these fields, in their order, after its `format`. A dot leads
// into an object, or into each object of an array: best.value, leaderboard.trial. What is null or
// an empty array stays so, whatever is chosen of it. Without fields the text itself. Throws
// UsageError, which lists the fields, for a name that is none.
std::string choose_fields(const std::string& json,
                          const std::vector<std::string>& fields,
                          const AnswerShape& shape = {});

// The table with only these columns, in their order; without names the table itself. Throws
// UsageError likewise.
reports::TextTable choose_columns(reports::TextTable table, const std::vector<std::string>& names);

}  // namespace hpsearch::runner

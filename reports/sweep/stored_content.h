// Content of a database that should be JSON, and may be damaged.
#pragma once

#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/text/printable.h"
#include "storage/error.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// The file can be read, but not what it says about a sweep. The message names both.
class DamagedContent : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// True if the trials are runs of a program, which has its data, its weights and its test to itself.
bool runs_program(const storage::SweepRow& sweep);

// Returns what `read` makes of the sweep's stored parameters and ranges; if they have another form
// than they were written in, throws DamagedContent. `read` must not open files: its other runtime
// errors count as damage too.
template <class Read>
auto read_stored(const storage::Queries& queries, const storage::SweepRow& sweep, Read read) {
  auto damaged = [&] {
    return DamagedContent(printable(fmt::format(
        "{}: the parameters or ranges that are stored for sweep '{}' are damaged; go back to a "
        "copy of the file",
        queries.path().string(), sweep.name)));
  };
  try {
    return read();
  } catch (const storage::StoreError&) {
    throw;
  } catch (const DamagedContent&) {
    throw;
  } catch (const nlohmann::json::exception&) {
    throw damaged();
  } catch (const std::runtime_error&) {
    throw damaged();
  }
}

}  // namespace hpsearch::reports

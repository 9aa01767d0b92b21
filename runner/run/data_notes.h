// What a run says about its data before it trains.
#pragma once

#include <string>

#include "nn/data/column_notes.h"
#include "runner/console/line_printer.h"

namespace hpsearch::runner {

inline void print_data_notes(const nn::Dataset& data, LinePrinter& printer) {
  if (const std::string note = nn::left_out_note(data.column_reports); !note.empty()) {
    printer.line(note + "; `hpsearch check` says more");
  }
  for (const std::string& note : data.notes) {
    printer.line(note);
  }
}

}  // namespace hpsearch::runner

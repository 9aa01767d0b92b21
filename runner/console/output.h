// Writes answers to stdout so that nothing in them can drive a terminal.
//
// Names, metrics, reasons and paths come from databases and files, which anyone may have written.
// Every answer goes through one of these functions, whatever was cleaned on the way.
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::runner {

// Whether an answer that is longer than the screen goes through a pager (console/pager.h).
enum class Paging { kNever, kIfLong };

// Text for people, also YAML, whose own control characters are escapes: control characters except
// line breaks, and bytes that are not UTF-8, become '?'. Colours (reports/text/paint.h) stay where
// stdout shows them.
void print_text(std::string_view text, Paging paging = Paging::kNever);

// JSON: control characters inside of its strings become \u escapes, which mean the same.
void print_json(std::string_view json, Paging paging = Paging::kNever);

// Data for other programs, such as CSV: exact, unless a terminal is to show it.
// Throws std::runtime_error where it cannot be written.
void print_data(std::string_view data, Paging paging = Paging::kNever);

// What print_json() writes.
std::string safe_json(std::string_view json);

}  // namespace hpsearch::runner

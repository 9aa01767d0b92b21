// The forms of answers on stdout: --json, --csv, --md, and --fields of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/text/delimited.h"
#include "runner/commands/command.h"
#include "runner/console/field_choice.h"

namespace hpsearch::runner {

enum class Form { kText, kJson, kCsv, kMarkdown };

// --csv, --md, --json and --fields, for answers that are tables as well. add_json_option(), of all
// other answers, has --json and --fields.
void add_form_options(boost::program_options::options_description& options);

// The form that the options ask for. Throws UsageError for two of them.
Form form_of(const Invocation& invocation);

// The names after --fields; empty without it. Throws UsageError where they are none.
std::vector<std::string> chosen_fields(const Invocation& invocation);

// Throws UsageError for --fields without --json: of answers that are no tables.
void require_json_for_fields(const Invocation& invocation);

// The same, and throws UsageError for fields that are not in `prototype`, an answer of the same
// kind: for verbs that change something, before they do. An empty array there stands for any.
void require_fields_of(const Invocation& invocation,
                       const std::string& prototype,
                       const AnswerShape& shape = {});

// A table with the columns of --fields, as CSV, as Markdown, or aligned.
std::string table_in_form(const Invocation& invocation, const reports::TextTable& table);

// An answer in the form that the options ask for, with the fields or columns of --fields. `text`,
// `json` and `table` are functions; only one of them is called. --fields alone asks for the table.
template <class Text, class Json, class Table>
std::string in_form(const Invocation& invocation,
                    Text text,
                    Json json,
                    Table table,
                    const AnswerShape& shape = {}) {
  const Form form = form_of(invocation);
  const std::vector<std::string> fields = chosen_fields(invocation);
  if (form == Form::kJson) {
    return choose_fields(json(), fields, shape);
  }
  return form == Form::kText && fields.empty() ? text() : table_in_form(invocation, table());
}

// The same of an answer that is no table.
template <class Text, class Json>
std::string in_form(const Invocation& invocation,
                    Text text,
                    Json json,
                    const AnswerShape& shape = {}) {
  require_json_for_fields(invocation);
  return form_of(invocation) == Form::kJson
             ? choose_fields(json(), chosen_fields(invocation), shape)
             : text();
}

// Prints what in_form() gives, through a pager where it is longer than the screen.
void print_answer(const Invocation& invocation, std::string_view answer);

}  // namespace hpsearch::runner

#include "runner/commands/answer.h"

#include <array>
#include <cstdio>
#include <utility>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/text/terminal_table.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::pair<const char*, Form>, 3> kForms{
    {{"csv", Form::kCsv}, {"md", Form::kMarkdown}, {"json", Form::kJson}}};

}  // namespace

void add_json_option(po::options_description& options) {
  options.add_options()                                  //
      ("json", "print one JSON object instead of text")  //
      ("fields", po::value<std::string>()->value_name("A,B"),
       "only these fields of --json; a dot leads further, as in best.value");
}

void add_form_options(po::options_description& options) {
  options.add_options()                                   //
      ("csv", "CSV with all columns and full precision")  //
      ("md", "a Markdown table")                          //
      ("json", "one JSON object instead of text")         //
      ("fields", po::value<std::string>()->value_name("A,B"),
       "only these columns of the table, or with --json these fields; a dot leads further, as in "
       "best.value");
}

Form form_of(const Invocation& invocation) {
  const std::pair<const char*, Form>* chosen = nullptr;
  for (const auto& form : kForms) {
    if (invocation.options.count(form.first) == 0) {
      continue;
    }
    if (chosen != nullptr) {
      throw UsageError(fmt::format("--{} and --{} cannot be combined; leave one of them out",
                                   chosen->first, form.first));
    }
    chosen = &form;
  }
  return chosen == nullptr ? Form::kText : chosen->second;
}

std::vector<std::string> chosen_fields(const Invocation& invocation) {
  return invocation.options.count("fields") > 0
             ? parse_fields(invocation.options["fields"].as<std::string>())
             : std::vector<std::string>();
}

void require_json_for_fields(const Invocation& invocation) {
  if (invocation.options.count("fields") > 0 && form_of(invocation) != Form::kJson) {
    throw UsageError("--fields chooses fields of --json here; add --json");
  }
}

void require_fields_of(const Invocation& invocation,
                       const std::string& prototype,
                       const AnswerShape& shape) {
  require_json_for_fields(invocation);
  choose_fields(prototype, chosen_fields(invocation), shape);
}

std::string table_in_form(const Invocation& invocation, const reports::TextTable& table) {
  const reports::TextTable chosen = choose_columns(table, chosen_fields(invocation));
  const Form form = form_of(invocation);
  return form == Form::kCsv        ? reports::to_csv(chosen)
         : form == Form::kMarkdown ? reports::to_markdown(chosen)
                                   : reports::format_rows(chosen, terminal_width(stdout));
}

void print_answer(const Invocation& invocation, std::string_view answer) {
  switch (form_of(invocation)) {
    case Form::kJson:
      print_json(answer, Paging::kIfLong);
      break;
    case Form::kCsv:
      print_data(answer, Paging::kIfLong);
      break;
    default:
      print_text(answer, Paging::kIfLong);
  }
}

}  // namespace hpsearch::runner

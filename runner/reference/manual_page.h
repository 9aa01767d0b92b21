// Writes manual pages with the macros of man(7).
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::runner {

// What stands in the corners of every page.
struct Release {
  std::string version;  // "0.2.0"
  std::string date;     // "2026-12-01"
};

// Texts are plain, with `code` as in Markdown, which becomes bold.
class ManualPage {
 public:
  // The heading, and the section NAME. `title`: "User Commands".
  ManualPage(std::string_view name,
             int section,
             std::string_view title,
             std::string_view summary,
             const Release& release);

  void section(std::string_view heading);
  void subsection(std::string_view heading);
  void paragraph(std::string_view text);
  // An entry of a list: `term` in bold, then `more` beside it, such as a range, and the text below.
  void item(std::string_view term, std::string_view more, std::string_view text);
  // The same with an option: "--db", "-h" and what it takes, in italics.
  void option(std::string_view names, std::string_view value, std::string_view text);
  // A command line: `words` in bold, then `operands`, whose capitals are in italics.
  void synopsis(std::string_view words, std::string_view operands);
  // Lines as they are, in a fixed width.
  void example(std::string_view lines);

  const std::string& text() const { return text_; }

 private:
  void begin_paragraph();

  std::string text_;
};

// For references to other pages, in bold: hpsearch-run and 1 give hpsearch-run(1).
std::string page_reference(std::string_view name, int section);

}  // namespace hpsearch::runner

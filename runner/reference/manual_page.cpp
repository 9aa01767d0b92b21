#include "runner/reference/manual_page.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

// Where text must come out as it is typed: a plain hyphen would become one that no shell knows.
enum class Kind { kProse, kCode };

std::string escaped(std::string_view text, Kind kind) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\e";
        break;
      case '~':
        result += "\\(ti";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '"':
        result += "\\(dq";
        break;
      case '\'':
        result += kind == Kind::kCode ? "\\(aq" : "'";
        break;
      case '-':
        result += kind == Kind::kCode ? "\\-" : "-";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// A line must not begin like a macro.
std::string line(std::string text) {
  if (text.starts_with('.') || text.starts_with('\'')) {
    text.insert(0, "\\&");
  }
  return text + "\n";
}

// --options in prose are typed, too.
std::string prose(std::string_view text) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t dashes = text.find("--", at);
    const bool starts_word = dashes != std::string_view::npos && dashes + 2 < text.size() &&
                             std::isalpha(static_cast<unsigned char>(text[dashes + 2])) != 0;
    if (!starts_word) {
      return result + escaped(text.substr(at), Kind::kProse);
    }
    const std::size_t end =
        std::min(text.find_first_not_of("-abcdefghijklmnopqrstuvwxyz", dashes), text.size());
    result += escaped(text.substr(at, dashes - at), Kind::kProse);
    result += escaped(text.substr(dashes, end - dashes), Kind::kCode);
    at = end;
  }
  return result;
}

// `code` in bold.
std::string formatted(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t open = text.find('`');
    const std::size_t close = open == text.npos ? open : text.find('`', open + 1);
    if (close == std::string_view::npos) {
      return result + prose(text);
    }
    result += prose(text.substr(0, open));
    result +=
        fmt::format("\\fB{}\\fR", escaped(text.substr(open + 1, close - open - 1), Kind::kCode));
    text.remove_prefix(close + 1);
  }
}

// Runs of capitals are what the user replaces.
std::string with_operands(std::string_view text) {
  const auto capital = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = std::find_if_not(begin, text.end(), capital);
    if (end != begin) {
      result += fmt::format("\\fI{}\\fR", std::string(begin, end));
      at = static_cast<std::size_t>(end - text.begin());
    } else {
      result += escaped(text.substr(at, 1), Kind::kCode);
      ++at;
    }
  }
  return result;
}

}  // namespace

ManualPage::ManualPage(std::string_view name,
                       int section,
                       std::string_view title,
                       std::string_view summary,
                       const Release& release) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  text_ = fmt::format(".TH {} {} {} \"hpsearch {}\" \"{}\"\n.SH NAME\n{} \\- {}\n",
                      escaped(upper, Kind::kCode), section, release.date, release.version, title,
                      escaped(name, Kind::kCode), formatted(summary));
}

void ManualPage::section(std::string_view heading) {
  text_ += fmt::format(".SH {}\n", escaped(heading, Kind::kProse));
}

void ManualPage::subsection(std::string_view heading) {
  text_ += fmt::format(".SS {}\n", escaped(heading, Kind::kCode));
}

void ManualPage::begin_paragraph() {
  // The macro does nothing right below a heading, and mandoc says so.
  const std::size_t last = text_.rfind('\n', text_.size() - 2) + 1;
  const std::string_view above = std::string_view(text_).substr(last);
  if (!above.starts_with(".SH") && !above.starts_with(".SS")) {
    text_ += ".PP\n";
  }
}

void ManualPage::paragraph(std::string_view text) {
  begin_paragraph();
  text_ += line(formatted(text));
}

void ManualPage::item(std::string_view term, std::string_view more, std::string_view text) {
  text_ += fmt::format(".TP\n\\fB{}\\fR{}{}\n{}", escaped(term, Kind::kCode),
                       more.empty() ? "" : " ", formatted(more), line(formatted(text)));
}

void ManualPage::option(std::string_view names, std::string_view value, std::string_view text) {
  text_ += fmt::format(".TP\n\\fB{}\\fR{}{}\n{}", escaped(names, Kind::kCode),
                       value.empty() ? "" : " ", with_operands(value), line(formatted(text)));
}

void ManualPage::synopsis(std::string_view words, std::string_view operands) {
  text_ += fmt::format("\\fB{}\\fR {}\n", escaped(words, Kind::kCode), with_operands(operands));
}

void ManualPage::example(std::string_view lines) {
  begin_paragraph();
  text_ += ".RS 2\n.EX\n";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    text_ += line(escaped(lines.substr(0, end), Kind::kCode));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  text_ += ".EE\n.RE\n";
}

std::string page_reference(std::string_view name, int section) {
  return fmt::format("`{}`({})", name, section);
}

}  // namespace hpsearch::runner

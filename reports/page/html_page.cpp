#include "reports/page/html_page.h"

#include <array>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "nn/base/sha256.h"
#include "reports/assets/assets.h"
#include "reports/text/base64.h"
#include "reports/text/json_text.h"

namespace hpsearch::reports {
namespace {

// In order of dependency; main.js comes last, as it starts the page.
constexpr std::array kScripts{"vendor/echarts.min.js", "vendor/uplot.min.js", "page/base.js",
                              "page/model.js",         "page/charts.js",      "page/summary.js",
                              "page/history.js",       "page/importance.js",  "page/live.js",
                              "page/parallel.js",      "page/slices.js",      "page/map.js",
                              "page/curves.js",        "page/stages.js",      "page/gap.js",
                              "page/timeline.js",      "page/explain.js",       "page/pictures.js",    "page/table.js",
                              "page/about.js",         "page/drawer.js",      "page/main.js"};
constexpr std::array kStyles{"vendor/uplot.min.css", "page/page.css"};

template <class Names>
std::string joined(const Names& names) {
  std::string text;
  for (const char* name : names) {
    text += asset(name);
    text += '\n';
  }
  return text;
}

const std::string& scripts() {
  static const std::string text = joined(kScripts);
  return text;
}

const std::string& styles() {
  static const std::string text = joined(kStyles);
  return text;
}

// A source expression of a Content-Security-Policy: the SHA-256 of a script or style.
std::string checksum_source(const std::string& text) {
  const std::string hex = nn::sha256_hex(text);
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, bytes[i], 16);
  }
  return fmt::format("'sha256-{}'", base64(bytes));
}

std::string policy(const char* further) {
  static const std::string allowed =
      fmt::format("default-src 'none'; script-src {}; style-src {}; img-src data:; ",
                  checksum_source(scripts()), checksum_source(styles()));
  return fmt::format("{}{}base-uri 'none'; form-action 'none'", allowed, further);
}

// `body` is the markup before the script. The page's text must match the checksums of policy()
// exactly, so nothing may be added inside <script> or <style>.
std::string page(std::string_view title, const std::string& policy, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n"
      "<!-- Made by hpsearch. Charts: Apache ECharts 6.1.0 (Apache-2.0) and uPlot 1.6.32 (MIT); "
      "hpsearch --licenses prints their licences. -->\n"
      "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}<script>{}</script>\n</body>\n"
      "</html>\n",
      policy, escape_html(title), styles(), body, scripts());
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string static_page(std::string_view title, std::string_view json, std::string_view rows_html) {
  return page(fmt::format("{} · hpsearch", title), policy(""),
              fmt::format("<noscript>{}</noscript>\n"
                          "<script type=\"application/json\" id=\"data\">{}</script>\n",
                          rows_html, for_html(json)));
}

std::string live_page() {
  // No data inside: the script fetches it.
  return page("hpsearch", live_policy(), "<noscript>This page needs JavaScript.</noscript>\n");
}

std::string live_policy() {
  return policy("connect-src 'self'; ");
}

std::string asset_licences() {
  std::string text;
  for (const auto& [title, name] : std::array<std::array<const char*, 2>, 6>{
           {{"Apache ECharts 6.1.0: notice", "vendor/echarts.NOTICE"},
            {"Apache ECharts 6.1.0", "vendor/echarts.LICENSE"},
            {"D3 (parts are included in Apache ECharts)", "vendor/echarts.LICENSE-d3"},
            {"ZRender 6.1.0 (included in Apache ECharts)", "vendor/zrender.LICENSE"},
            {"tslib (parts are included in Apache ECharts)", "vendor/tslib.LICENSE"},
            {"uPlot 1.6.32", "vendor/uplot.LICENSE"}}}) {
    text += fmt::format("--- {} ---\n\n{}\n", title, asset(name));
  }
  return text;
}

}  // namespace hpsearch::reports

// The report as one self-contained HTML file with its charts, data and styles.
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::reports {

// A page around `json` (page_json()), which is embedded as data: nothing in it can become markup or
// script. The Content-Security-Policy allows this program's scripts and styles, by checksum, and no
// request at all. `title` is user text and is escaped. `rows_html` is trusted markup for browsers
// without scripts.
std::string static_page(std::string_view title, std::string_view json, std::string_view rows_html);

// The page that `serve` sends: it fetches its data from the server that it came from.
std::string live_page();

// The Content-Security-Policy header for live_page(); the page states the same one.
std::string live_policy();

// Escapes `text` for HTML content and for quoted attributes.
std::string escape_html(std::string_view text);

// The licences of everything that the page embeds.
std::string asset_licences();

}  // namespace hpsearch::reports

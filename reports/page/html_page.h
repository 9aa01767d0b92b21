// The report as one HTML file that needs nothing else: charts, data and styles are inside of it.
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::reports {

// A page around `json` (page_json()), of which it is only text: nothing in it can become markup or
// script. Its Content-Security-Policy allows the scripts and styles of this program, by their
// checksums, and no request at all. `title` is a text of the user.
// `rows_html`: markup for browsers without scripts, from noscript_table().
std::string static_page(std::string_view title, std::string_view json, std::string_view rows_html);

// The page that `serve` sends: it asks the server that it came from for its data.
std::string live_page();

// The policy that a server should send with live_page(), as the page states it too.
std::string live_policy();

// `text` where HTML expects text.
std::string escape_html(std::string_view text);

// Licences of what is inside of the page.
std::string asset_licences();

}  // namespace hpsearch::reports

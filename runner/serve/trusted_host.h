// Which Host headers the page server answers.
#pragma once

#include <string_view>

namespace hpsearch::runner {

// May a request with this Host header be answered? A page of another site can make a browser ask
// this server through a name of its own that it lets point here (DNS rebinding). Only names that
// such a site cannot own are trusted: an IPv4 address in dotted decimal, an IPv6 address in
// brackets, `localhost`, and `machine`, this machine's own name; each with or without a port.
bool is_trusted_host(std::string_view header, std::string_view machine);

}  // namespace hpsearch::runner

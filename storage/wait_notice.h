// Tells people why nothing happens while a database is locked, or its server is away.
#pragma once

#include <functional>
#include <string>

namespace hpsearch::storage {

// `tell` gets a sentence whenever a database is locked by another program for longer than a moment,
// or a connection to a server is lost or back, from the thread that waits. To be set before any
// database is open.
void tell_of_waits(std::function<void(const std::string& sentence)> tell);

}  // namespace hpsearch::storage

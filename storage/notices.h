// Sentences for the user while a database is open. Internal to storage.
#pragma once

#include <string>

namespace hpsearch::storage {

// Gives a sentence to the listener of wait_notice.h, if there is one.
void tell_of_wait(const std::string& sentence);

}  // namespace hpsearch::storage

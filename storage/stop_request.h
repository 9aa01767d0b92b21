// How a process that runs a sweep hears that `hpsearch stop` on another host asks it to end.
#pragma once

#include <functional>

namespace hpsearch::storage {

// `stop` is called, by a thread of this room, when somebody asks in the database that this process
// ends. To be set before a sweep is held; empty: nobody listens.
void on_stop_request(std::function<void()> stop);

// Internal to storage: calls it.
void tell_of_stop_request();

}  // namespace hpsearch::storage

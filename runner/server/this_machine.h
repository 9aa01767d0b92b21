// What a server asks of the machine that it runs on.
#pragma once

#include <string>

namespace hpsearch::runner {

inline constexpr int kMaxPort = 65535;

std::string machine_name();

// The name of the user that this process belongs to; empty if the system has none.
std::string system_user();

// A port on which nobody listens: `preferred`, else one that the system picks. Another program may
// still take it.
int free_port(int preferred);

// 128 random bits of the kernel as 32 hexadecimal digits.
std::string random_password();

}  // namespace hpsearch::runner

// What goes wrong with a PostgreSQL server, for a person. Internal to storage.
#pragma once

#include <string>
#include <string_view>

#include "storage/error.h"

namespace hpsearch::storage {

class PgError;

// Why there is no connection, and what to do.
StoreError explain_connect(const std::string& url, const std::string& message);
// Why a statement failed.
StoreError explain_statement(const std::string& url, const PgError& error);

// Of a message of libpq; without "FATAL:" and its like.
std::string first_line(std::string_view message);

}  // namespace hpsearch::storage

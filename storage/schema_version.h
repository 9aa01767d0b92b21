// The version of the tables and views, the same in every kind of database. Internal to storage.
#pragma once

namespace hpsearch::storage {

inline constexpr int kSchemaVersion = 8;

}  // namespace hpsearch::storage

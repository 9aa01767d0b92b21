#include "reports/assets/assets.h"

#include <cassert>
#include <cstddef>

#include "asset_rows.h"

namespace hpsearch::reports {

std::string_view asset(std::string_view name) {
  for (const AssetRow& row : kAssetRows) {
    if (row.name == name) {
      return {row.begin, static_cast<std::size_t>(row.end - row.begin)};
    }
  }
  assert(false && "no such asset");
  return {};
}

}  // namespace hpsearch::reports

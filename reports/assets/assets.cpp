#include "reports/assets/assets.h"

#include <cassert>
#include <cstddef>

#include "reports/assets/asset_rows.h"  // CMakeLists.txt writes it

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

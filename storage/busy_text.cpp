#include "storage/busy_text.h"

#include <fmt/format.h>

namespace hpsearch::storage {

std::string busy_text(const std::string& sweep_name,
                      const std::vector<LockOwner>& owners,
                      bool alone) {
  const std::string first = owner_text(owners.empty() ? std::nullopt : std::optional(owners[0]));
  const std::string others = owners.size() < 2 ? ""
                                               : fmt::format(" and {} other{}", owners.size() - 1,
                                                             owners.size() == 2 ? "" : "s");
  return fmt::format(
      "sweep '{}' is being run by {}{}; wait for {} to end, or stop {} with {}hpsearch stop here "
      "(nothing is lost). {}",
      sweep_name, first, others, others.empty() ? "it" : "them", others.empty() ? "it" : "them",
      others.empty() ? "Ctrl-C there or " : "",
      alone ? "Processes can share a sweep only if each of them is started with run --join"
            : "To train with it, start this process with run --join");
}

std::string unshared_text(const std::string& sweep_name, const std::optional<LockOwner>& owner) {
  return fmt::format(
      "sweep '{}' is being run by {} without --join, so that no other process can join it; "
      "wait for it to end, or stop it with hpsearch stop here (nothing is lost) and start "
      "each process with run --join",
      sweep_name, owner_text(owner));
}

}  // namespace hpsearch::storage

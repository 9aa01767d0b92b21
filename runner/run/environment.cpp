#include "runner/run/environment.h"

#include <array>
#include <cstring>
#include <fstream>

#include <elf.h>
#include <fmt/format.h>
#include <link.h>
#include <nlohmann/json.hpp>
#include <sys/utsname.h>
#include <unistd.h>

#include "nn/base/json.h"
#include "nn/kernels/matmul.h"
#include "runner/process/usable_cores.h"

namespace hpsearch::runner {
namespace {

// "AMD EPYC, family 26, model 2, stepping 1". The brand alone does not suffice: processors that
// share it may round differently.
std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string brand;
  std::string details;
  std::string line;
  while (std::getline(file, line) && !line.empty()) {
    const std::size_t at = line.find(": ");
    if (at == std::string::npos) {
      continue;
    }
    const std::string key = line.substr(0, line.find_last_not_of("\t :", at) + 1);
    const std::string value = line.substr(at + 2);
    if (key == "model name") {
      brand = value;
    } else if (key == "cpu family") {
      details += ", family " + value;
    } else if (key == "model" || key == "stepping") {
      details += fmt::format(", {} {}", key, value);
    }
  }
  utsname names{};
  if (brand.empty() && uname(&names) == 0) {
    brand = names.machine;
  }
  return brand + details;
}

// The linker's hash of the program (NT_GNU_BUILD_ID). Builds with different hashes may give
// different bits.
std::string build_id() {
  std::string id = "unknown";
  auto visit = [](dl_phdr_info* info, std::size_t, void* result) -> int {
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const auto& segment = info->dlpi_phdr[i];
      if (segment.p_type != PT_NOTE) {
        continue;
      }
      const auto* at = reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr);
      const auto* end = at + segment.p_memsz;
      while (at + sizeof(ElfW(Nhdr)) <= end) {
        ElfW(Nhdr) note;
        std::memcpy(&note, at, sizeof note);
        const auto* name = at + sizeof note;
        const auto* description = name + (note.n_namesz + 3) / 4 * 4;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
            std::memcmp(name, "GNU", 4) == 0) {
          auto& text = *static_cast<std::string*>(result);
          text.clear();
          for (unsigned j = 0; j < note.n_descsz; ++j) {
            text += fmt::format("{:02x}", description[j]);
          }
          return 1;
        }
        at = description + (note.n_descsz + 3) / 4 * 4;
      }
    }
    return 1;  // the first object is the program itself
  };
  dl_iterate_phdr(visit, &id);
  return id;
}

}  // namespace

std::string tool_version() {
  return HPSEARCH_VERSION;
}

std::string tool_date() {
  return HPSEARCH_DATE;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string fingerprint() {
  return fmt::format("{} | {} | build {}", cpu_name(), nn::matmul_library(), build_id());
}

std::string host_json() {
  return nn::json_text(nlohmann::ordered_json{{"host", host_name()},
                                              {"cpu", cpu_name()},
                                              {"cores", usable_cores()},
                                              {"matmul", nn::matmul_library()},
                                              {"compiler", __VERSION__},
                                              {"build", build_id()}});
}

std::string version_text() {
  return fmt::format("hpsearch {} ({})", tool_version(), nn::matmul_library());
}

}  // namespace hpsearch::runner

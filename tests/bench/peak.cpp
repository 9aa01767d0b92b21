// What one thread of this CPU can compute at most: bench_peak prints one line of JSON, in units of
// 10^9 additions and multiplications a second of its CPU time.
//
//   {"f32": {"unit": "AVX-512", "gflops": 100.1}, "bf16": {"unit": "AVX-512 bf16", ...}}
//
// Loops of multiply-adds on registers alone, independent enough to fill the pipelines; the best of
// many bursts. bf16 is null where no unit of the CPU multiplies such numbers, all is on other CPUs
// than x86-64.
#include <algorithm>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include <fmt/format.h>

#if defined(__x86_64__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {

struct Peak {
  std::string unit;
  double gflops = 0.0;
};

#if defined(__x86_64__)

constexpr int kAccumulators = 12;  // sums at once: two pipelines, latency 4 or 5
constexpr int kRounds = 100'000;   // of a burst
constexpr int kBursts = 60;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// `burst` computes so many additions and multiplications.
template <class Burst>
double best_gflops(Burst burst, double operations) {
  double best = 1e300;
  for (int i = 0; i < kBursts; ++i) {
    const double begin = cpu_seconds();
    burst();
    best = std::min(best, cpu_seconds() - begin);
  }
  return operations / best * 1e-9;
}

// A burst: kRounds times `operation` of the registers 0 and 1 into each of the registers 2 to 13,
// all zero at first; `wide` is ymm or zmm. In assembly, as compilers store what could stay in
// registers.
#define HPSEARCH_BURST(name, operation, wide)                                                   \
  void name() {                                                                                 \
    long rounds = kRounds;                                                                      \
    asm volatile(                                                                               \
        "vzeroall\n"                                                                            \
        "1:\n"                                                                                  \
        ".irp sum, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13\n" operation " %%" wide "0, %%" wide  \
        "1, %%" wide                                                                            \
        "\\sum\n"                                                                               \
        ".endr\n"                                                                               \
        "dec %0\n"                                                                              \
        "jnz 1b\n"                                                                              \
        "vzeroupper"                                                                            \
        : "+r"(rounds)                                                                          \
        :                                                                                       \
        : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", \
          "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");                                \
  }
HPSEARCH_BURST(burst_avx2, "vfmadd231ps", "ymm")
HPSEARCH_BURST(burst_avx512, "vfmadd231ps", "zmm")
HPSEARCH_BURST(burst_bf16, "vdpbf16ps", "zmm")

// Linux lends the tiles to a process that asks: arch_prctl(ARCH_REQ_XCOMP_PERM, XTILE_DATA).
bool may_use_tiles() {
  constexpr long kRequestPermission = 0x1023;
  constexpr long kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// Four tiles of sums, two of either factor: 16 x 16 sums of 32 products each.
__attribute__((target("amx-tile,amx-bf16"))) void burst_amx() {
  struct alignas(64) Shapes {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t bytes_of_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};  // what is beyond eight must be 0
  };
  static const Shapes shapes;  // static: GCC 12 sees but its first bytes being read
  alignas(64) static float tile[16 * 16];
  _tile_loadconfig(&shapes);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_loadd(4, tile, 64);
  _tile_loadd(5, tile, 64);
  _tile_loadd(6, tile, 64);
  _tile_loadd(7, tile, 64);
  for (int round = 0; round < kRounds; ++round) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, tile, 64);
  _tile_release();
}

// By CPUID itself: GCC 12 has no name for these features.
bool has_amx_bf16() {
  unsigned a = 7;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (d >> 22U & 1U) != 0 && (d >> 24U & 1U) != 0;  // amx-bf16, amx-tile
}

std::optional<Peak> f32_peak() {
  constexpr double kMultiplyAdds = 2.0 * kAccumulators * kRounds;
  if (__builtin_cpu_supports("avx512f")) {
    return Peak{"AVX-512", best_gflops(burst_avx512, 16 * kMultiplyAdds)};
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return Peak{"AVX2", best_gflops(burst_avx2, 8 * kMultiplyAdds)};
  }
  return std::nullopt;
}

std::optional<Peak> bf16_peak() {
  if (has_amx_bf16() && may_use_tiles()) {
    return Peak{"AMX", best_gflops(burst_amx, 2.0 * 4 * 16 * 16 * 32 * kRounds)};
  }
  if (__builtin_cpu_supports("avx512bf16")) {
    return Peak{"AVX-512 bf16", best_gflops(burst_bf16, 2.0 * 32 * kAccumulators * kRounds)};
  }
  return std::nullopt;
}

#else

std::optional<Peak> f32_peak() {
  return std::nullopt;
}
std::optional<Peak> bf16_peak() {
  return std::nullopt;
}

#endif

std::string json(const std::optional<Peak>& peak) {
  return peak ? fmt::format(R"({{"unit": "{}", "gflops": {:.1f}}})", peak->unit, peak->gflops)
              : "null";
}

}  // namespace

int main() {
  fmt::print("{{\"f32\": {}, \"bf16\": {}}}\n", json(f32_peak()), json(bf16_peak()));
}

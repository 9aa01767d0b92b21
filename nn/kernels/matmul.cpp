#include "nn/kernels/matmul.h"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "nn/base/aligned.h"
#include "nn/base/vector_unit.h"
#include "nn/kernels/small_matmul.h"
#include "nn/kernels/transpose.h"

namespace hpsearch::nn {
namespace {

using Dims = dnnl::memory::dims;
using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

Dims dims(std::size_t rows, std::size_t columns) {
  return {static_cast<dnnl::memory::dim>(rows), static_cast<dnnl::memory::dim>(columns)};
}

// Layouts as strides: elements between neighbours in a column, then in a row.
dnnl::memory::desc describe(std::size_t rows, std::size_t columns, Layout layout, Type type) {
  const Dims d = dims(rows, columns);
  switch (layout) {
    case Layout::kPlain:
      return {d, type, Dims{d[1], 1}};
    case Layout::kTransposed:
      return {d, type, Dims{1, d[0]}};
    case Layout::kPacked:
      break;
  }
  return {d, type, Tag::any};  // lets the library choose
}

dnnl::primitive_attr attributes(const MatmulSpec& spec) {
  dnnl::primitive_attr attr;
  // The context owns the scratch memory: the library's own is not safe when threads share a
  // primitive.
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops ops;
  if (spec.accumulate) {
    ops.append_sum(1.0F);  // C = product + 1 * C
  }
  if (spec.epilogue == Epilogue::kRelu) {
    // Version 3 dropped the scale, and below the operation descriptors.
#if DNNL_VERSION_MAJOR >= 3
    ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#else
    ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#endif
  }
  attr.set_post_ops(ops);
  return attr;
}

dnnl::matmul::primitive_desc describe(const dnnl::engine& engine,
                                      const MatmulSpec& spec,
                                      const dnnl::memory::desc& b) {
  const Type type = spec.operands == Number::kBfloat16 ? Type::bf16 : Type::f32;
  const auto a = describe(spec.rows, spec.inner, spec.a, type);
  const auto c = describe(spec.rows, spec.columns, Layout::kPlain, Type::f32);
  const auto attr = attributes(spec);
  if (spec.bias) {
    const auto bias = describe(1, spec.columns, Layout::kPlain, Type::f32);
#if DNNL_VERSION_MAJOR >= 3
    return {engine, a, b, bias, c, attr};
#else
    return {dnnl::matmul::desc(a, b, bias, c), attr, engine};
#endif
  }
#if DNNL_VERSION_MAJOR >= 3
  return {engine, a, b, c, attr};
#else
  return {dnnl::matmul::desc(a, b, c), attr, engine};
#endif
}

// The packings that RoundedWeights can write: tag BA16a<w>b2a is Packing with the width w.
struct PackingRow {
  std::size_t width;
  Tag tag;
};
constexpr PackingRow kPackings[] = {
    {64, Tag::BA16a64b2a}, {48, Tag::BA16a48b2a}, {32, Tag::BA16a32b2a}, {16, Tag::BA16a16b2a}};

// Describes the product with the packing that the spec asks for. If it leaves the choice to the
// library, uses that choice if it is one of kPackings, else a plain B. Sets `packing` accordingly.
dnnl::matmul::primitive_desc describe(const dnnl::engine& engine,
                                      const MatmulSpec& spec,
                                      Packing& packing) {
  const Type type = spec.operands == Number::kBfloat16 ? Type::bf16 : Type::f32;
  packing = {};
  const auto packed = [&](const PackingRow& row) {
    return dnnl::memory::desc(dims(spec.inner, spec.columns), type, row.tag);
  };
  if (spec.b == Layout::kPacked && spec.packing.width > 0) {
    packing = spec.packing;
    const auto* row = std::find_if(std::begin(kPackings), std::end(kPackings),
                                   [&](const PackingRow& r) { return r.width == packing.width; });
    return describe(engine, spec, packed(*row));
  }
  auto pd = describe(engine, spec, describe(spec.inner, spec.columns, spec.b, type));
  if (spec.b != Layout::kPacked) {
    return pd;
  }
  for (const PackingRow& row : kPackings) {
    if (pd.weights_desc() == packed(row)) {
      packing.width = row.width;
      return pd;
    }
  }
  return describe(engine, spec, describe(spec.inner, spec.columns, Layout::kPlain, type));
}

// True for shapes where a call of the library costs about as much as the arithmetic, or where the
// library is slow. The bounds are measured: below them, with oneDNN 2.6.3 on an AVX-512 CPU, our
// kernel is at least as fast.
bool is_small(const MatmulSpec& spec) {
  constexpr std::size_t kMostColumns = 64;
  constexpr std::size_t kMostInner = 1024;  // beyond this, B no longer stays in the nearest cache
  constexpr std::size_t kMostWork = std::size_t{1} << 17;  // multiplications
  return SmallMatmul::is_supported() && spec.operands == Number::kFloat32 &&
         spec.columns % kLanes == 0 && spec.columns <= kMostColumns &&
         (spec.b == Layout::kPlain || spec.inner % 4 == 0) &&
         ((spec.a == Layout::kTransposed && spec.inner <= kMostInner) ||
          spec.rows * spec.inner * spec.columns <= kMostWork);
}

// The C interface takes all data pointers as non-const, even those that it only reads.
void point_at(const dnnl::memory& memory, const void* data) {
  dnnl_memory_set_data_handle(memory.get(), const_cast<void*>(data));
}

}  // namespace

struct MatmulContext::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  FloatBuffer scratch;  // large enough for any product of this context
};

MatmulContext::MatmulContext() : impl_(std::make_unique<Impl>()) {}
MatmulContext::~MatmulContext() = default;

struct Matmul::Impl {
  MatmulSpec spec;
  MatmulContext::Impl* context;
  Packing packing;
  std::optional<SmallMatmul> small;
  FloatBuffer turned;  // scratch for our kernel: a transposed B, turned row-major

  // For oneDNN. The memory objects are handles: each run points them at its arrays.
  dnnl::matmul primitive;
  dnnl::memory a, b, bias, c, scratch;
  // The argument list in the form of the C interface, which, unlike the C++ one, needs no map built
  // at each call.
  std::array<dnnl_exec_arg_t, 5> arguments;
  int argument_count = 0;

  void prepare();
  void run(const void* from_a, const void* from_b, const float* from_bias, void* to) const;
  void run_small(const float* from_a, const float* from_b, const float* from_bias, float* to);
};

void Matmul::Impl::prepare() {
  const auto pd = describe(context->engine, spec, packing);
  const auto unset = [&](const dnnl::memory::desc& d) {
    return dnnl::memory(d, context->engine, nullptr);
  };
  primitive = dnnl::matmul(pd);
  a = unset(pd.src_desc());
  b = unset(pd.weights_desc());
  c = unset(pd.dst_desc());
  scratch = unset(pd.scratchpad_desc());
  const auto add = [this](int argument, const dnnl::memory& memory) {
    arguments[static_cast<std::size_t>(argument_count++)] = {argument, memory.get()};
  };
  add(DNNL_ARG_SRC, a);
  add(DNNL_ARG_WEIGHTS, b);
  add(DNNL_ARG_DST, c);
  add(DNNL_ARG_SCRATCHPAD, scratch);
  if (spec.bias) {
    bias = unset(describe(1, spec.columns, Layout::kPlain, Type::f32));
    add(DNNL_ARG_BIAS, bias);
  }
  // All products share one scratch buffer, since one thread runs them one after another.
  const std::size_t floats = (pd.scratchpad_desc().get_size() + sizeof(float) - 1) / sizeof(float);
  context->scratch.resize(std::max(context->scratch.size(), floats));
}

void Matmul::Impl::run(const void* from_a,
                       const void* from_b,
                       const float* from_bias,
                       void* to) const {
  point_at(a, from_a);
  point_at(b, from_b);
  point_at(c, to);
  point_at(scratch, context->scratch.data());
  if (spec.bias) {
    point_at(bias, from_bias);
  }
  const auto status = dnnl_primitive_execute(primitive.get(), context->stream.get(), argument_count,
                                             arguments.data());
  if (status != dnnl_success) {
    throw std::runtime_error(
        fmt::format("oneDNN failed to run a matrix product (status {})", static_cast<int>(status)));
  }
}

void Matmul::Impl::run_small(const float* from_a,
                             const float* from_b,
                             const float* from_bias,
                             float* to) {
  if (spec.b == Layout::kTransposed) {
    // The kernel reads whole rows of B. Turning B costs inner x columns moves, against rows times
    // as many multiplications.
    vectorised([from_b, rows = spec.columns, columns = spec.inner, turned_b = turned.data()] {
      transpose(from_b, rows, columns, turned_b);
    });
    from_b = turned.data();
  }
  small->run(from_a, from_b, spec.bias ? from_bias : nullptr, to);
}

Matmul::Matmul(MatmulContext& context, const MatmulSpec& spec) try
    : impl_(std::make_unique<Impl>(Impl{.spec = spec,
                                        .context = context.impl_.get(),
                                        .packing = {},
                                        .small = {},
                                        .turned = {},
                                        .primitive = {},
                                        .a = {},
                                        .b = {},
                                        .bias = {},
                                        .c = {},
                                        .scratch = {},
                                        .arguments = {}})) {
  // For a small product, oneDNN's objects stay empty and no code is generated.
  if (!is_small(spec)) {
    impl_->prepare();
    return;
  }
  // Our kernel reads A through two strides, so it takes either layout.
  const bool turned_a = spec.a == Layout::kTransposed;
  impl_->small = SmallMatmul{.rows = spec.rows,
                             .inner = spec.inner,
                             .columns = spec.columns,
                             .a_row = turned_a ? 1 : spec.inner,
                             .a_inner = turned_a ? spec.rows : 1,
                             .accumulate = spec.accumulate,
                             .relu = spec.epilogue == Epilogue::kRelu};
  impl_->turned.resize(spec.b == Layout::kTransposed ? spec.inner * spec.columns : 0);
} catch (const dnnl::error& e) {
  throw std::runtime_error(fmt::format("oneDNN cannot multiply ({} x {}) by ({} x {}): {}",
                                       spec.rows, spec.inner, spec.inner, spec.columns, e.what()));
}

Matmul::~Matmul() = default;
Matmul::Matmul(Matmul&&) noexcept = default;
Matmul& Matmul::operator=(Matmul&&) noexcept = default;

void Matmul::run(const float* a, const float* b, const float* bias, float* c) {
  if (impl_->small) {
    impl_->run_small(a, b, bias, c);
  } else {
    impl_->run(a, b, bias, c);
  }
}

void Matmul::run(const Bfloat16* a, const Bfloat16* b, const float* bias, float* c) {
  impl_->run(a, b, bias, c);
}

Packing Matmul::packing() const {
  return impl_->packing;
}

std::size_t Packing::size(std::size_t inner, std::size_t columns) const {
  const auto up = [](std::size_t n, std::size_t to) { return (n + to - 1) / to * to; };
  return width == 0 ? inner * columns : up(inner, kBlockRows) * up(columns, width);
}

bool has_bfloat16() {
  // Instruction sets are bit masks, in which each set includes those that it builds on; 0 means
  // that none is known.
  const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  return isa != 0 && (isa & wanted) == wanted;
}

std::string matmul_library() {
  const auto* version = dnnl_version();
  const char* isa = "default";
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
      isa = "sse41";
      break;
    case dnnl::cpu_isa::avx:
      isa = "avx";
      break;
    case dnnl::cpu_isa::avx2:
      isa = "avx2";
      break;
    case dnnl::cpu_isa::avx2_vnni:
      isa = "avx2_vnni";
      break;
    case dnnl::cpu_isa::avx512_core:
      isa = "avx512_core";
      break;
    case dnnl::cpu_isa::avx512_core_vnni:
      isa = "avx512_core_vnni";
      break;
    case dnnl::cpu_isa::avx512_core_bf16:
      isa = "avx512_core_bf16";
      break;
    case dnnl::cpu_isa::avx512_core_amx:
      isa = "avx512_core_amx";
      break;
    default:
      break;
  }
  return fmt::format("oneDNN {}.{}.{}, {}", version->major, version->minor, version->patch, isa);
}

}  // namespace hpsearch::nn

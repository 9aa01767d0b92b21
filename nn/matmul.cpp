#include "nn/matmul.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "nn/aligned.h"

namespace hpsearch::nn {
namespace {

using Dims = dnnl::memory::dims;

dnnl::memory::desc describe(std::size_t rows, std::size_t columns, Layout layout) {
  const auto r = static_cast<dnnl::memory::dim>(rows);
  const auto c = static_cast<dnnl::memory::dim>(columns);
  const Dims strides = layout == Layout::kPlain ? Dims{c, 1} : Dims{1, r};
  return {Dims{r, c}, dnnl::memory::data_type::f32, strides};
}

dnnl::primitive_attr attributes(Epilogue epilogue) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (epilogue == Epilogue::kRelu) {
    dnnl::post_ops ops;
#if DNNL_VERSION_MAJOR >= 3
    ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#else
    ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#endif
    attr.set_post_ops(ops);
  }
  return attr;
}

dnnl::matmul::primitive_desc describe(const dnnl::engine& engine, const MatmulSpec& spec) {
  const auto a = describe(spec.rows, spec.inner, spec.a);
  const auto b = describe(spec.inner, spec.columns, spec.b);
  const auto c = describe(spec.rows, spec.columns, Layout::kPlain);
  const auto attr = attributes(spec.epilogue);
  if (spec.bias) {
    const auto bias = describe(1, spec.columns, Layout::kPlain);
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

// oneDNN's C interface takes data handles as non-const, also those that it only reads.
void point_at(const dnnl::memory& memory, const float* data) {
  dnnl_memory_set_data_handle(memory.get(), const_cast<float*>(data));
}

}  // namespace

struct MatmulContext::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  FloatBuffer scratch;  // as large as the most demanding product needs
};

MatmulContext::MatmulContext() : impl_(std::make_unique<Impl>()) {}
MatmulContext::~MatmulContext() = default;

struct Matmul::Impl {
  MatmulContext::Impl* context;
  dnnl::matmul primitive;
  dnnl::memory a, b, bias, c, scratch;
  // The argument list in the form of the C interface: built once, not once a call.
  std::array<dnnl_exec_arg_t, 5> arguments;
  int argument_count;
};

Matmul::Matmul(MatmulContext& context, const MatmulSpec& spec) try {
  auto& shared = *context.impl_;
  const auto pd = describe(shared.engine, spec);
  auto unset = [&](const dnnl::memory::desc& d) { return dnnl::memory(d, shared.engine, nullptr); };
  impl_ = std::make_unique<Impl>(Impl{&shared,
                                      dnnl::matmul(pd),
                                      unset(pd.src_desc()),
                                      unset(pd.weights_desc()),
                                      dnnl::memory(),
                                      unset(pd.dst_desc()),
                                      unset(pd.scratchpad_desc()),
                                      {},
                                      0});
  auto add = [this](int argument, const dnnl::memory& memory) {
    impl_->arguments[static_cast<std::size_t>(impl_->argument_count++)] = {argument, memory.get()};
  };
  add(DNNL_ARG_SRC, impl_->a);
  add(DNNL_ARG_WEIGHTS, impl_->b);
  add(DNNL_ARG_DST, impl_->c);
  add(DNNL_ARG_SCRATCHPAD, impl_->scratch);
  if (spec.bias) {
    impl_->bias = unset(describe(1, spec.columns, Layout::kPlain));
    add(DNNL_ARG_BIAS, impl_->bias);
  }
  const std::size_t floats = (pd.scratchpad_desc().get_size() + sizeof(float) - 1) / sizeof(float);
  shared.scratch.resize(std::max(shared.scratch.size(), floats));
} catch (const dnnl::error& e) {
  throw std::runtime_error(fmt::format("oneDNN has no product ({} x {}) ({} x {}): {}", spec.rows,
                                       spec.inner, spec.inner, spec.columns, e.what()));
}

Matmul::~Matmul() = default;
Matmul::Matmul(Matmul&&) noexcept = default;
Matmul& Matmul::operator=(Matmul&&) noexcept = default;

void Matmul::run(const float* a, const float* b, const float* bias, float* c) {
  point_at(impl_->a, a);
  point_at(impl_->b, b);
  point_at(impl_->c, c);
  point_at(impl_->scratch, impl_->context->scratch.data());
  if (impl_->bias) {
    point_at(impl_->bias, bias);
  }
  const auto status = dnnl_primitive_execute(impl_->primitive.get(), impl_->context->stream.get(),
                                             impl_->argument_count, impl_->arguments.data());
  if (status != dnnl_success) {
    throw std::runtime_error(fmt::format("oneDNN failed with status {}", static_cast<int>(status)));
  }
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

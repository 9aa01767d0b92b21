// Builds the bytes of an ONNX model: a graph of operators (onnx/onnx.proto of the ONNX project, IR
// version 8, operator set 17 with ai.onnx.ml 3).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/text/protobuf_writer.h"

namespace hpsearch::reports {

// The numbers that TensorProto.DataType has for them.
enum class OnnxType { kFloat = 1, kByte = 2, kInteger = 7, kText = 8, kBool = 9, kDouble = 11 };

// Of a value: kRows stands for the number of rows, which is open.
using OnnxShape = std::vector<std::int64_t>;
inline constexpr std::int64_t kRows = -1;

using OnnxAttribute = ProtoMessage;
OnnxAttribute onnx_attribute(std::string_view name, std::int64_t value);
OnnxAttribute onnx_attribute(std::string_view name, float value);
OnnxAttribute onnx_attribute(std::string_view name, std::string_view value);
OnnxAttribute onnx_attribute(std::string_view name, std::span<const std::int64_t> values);
OnnxAttribute onnx_attribute(std::string_view name, std::span<const std::string> values);

// Values have names, all different. Functions that make one return its name.
class OnnxGraph {
 public:
  // `meaning`: for people.
  std::string input(const std::string& name,
                    OnnxType type,
                    const OnnxShape& shape,
                    std::string_view meaning);

  // Makes `value` an output with this name, or a similar one where that is taken.
  void output(const std::string& name,
              const std::string& value,
              OnnxType type,
              const OnnxShape& shape,
              std::string_view meaning);

  // Arrays that the graph holds; `shape` has no kRows, and is {values.size()} where it is empty.
  std::string floats(const std::string& name, std::span<const float> values, OnnxShape shape = {});
  std::string doubles(const std::string& name, std::span<const double> values);
  std::string integers(const std::string& name, std::span<const std::int64_t> values);

  // One operator with one result. `kind`: its name, of ai.onnx.ml with the prefix "ml.".
  std::string node(std::string_view kind,
                   std::initializer_list<std::string> inputs,
                   const std::vector<OnnxAttribute>& attributes = {});
  std::string node(std::string_view kind,
                   const std::vector<std::string>& inputs,
                   const std::vector<OnnxAttribute>& attributes = {});

  // States what a value is, where a checker cannot work it out.
  void declare(const std::string& value, OnnxType type, const OnnxShape& shape);

  // The bytes of the whole model. `entries`: its metadata.
  std::string model(std::string_view producer,
                    std::string_view meaning,
                    std::span<const std::pair<std::string, std::string>> entries) const;

 private:
  std::string unused(std::string name);
  std::string constant(const std::string& name,
                       OnnxType type,
                       const OnnxShape& shape,
                       std::string_view bytes);

  ProtoMessage graph_;
  std::set<std::string> names_;
  std::size_t nodes_ = 0;
};

}  // namespace hpsearch::reports

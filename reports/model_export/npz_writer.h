// Writes arrays as NumPy's .npz: a zip archive, not compressed, of .npy files (NEP 1; PKWARE
// APPNOTE 6.3, without zip64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::reports {

class NpzWriter {
 public:
  // `shape`: empty for one number without dimensions. Names differ. All throw nn::DataError where
  // the archive would outgrow the 4 GiB of the format.
  void add(std::string_view name,
           std::span<const float> values,
           const std::vector<std::size_t>& shape);
  void add(std::string_view name, std::span<const double> values);
  void add(std::string_view name, double value);

  // Texts (UTF-8) as NumPy's fixed-width Unicode; an invalid byte becomes U+FFFD. A text that ends
  // with zero bytes loses them, as NumPy has it.
  void add(std::string_view name, const std::vector<std::string>& texts);
  void add(std::string_view name, std::string_view text);

  // The bytes of the archive.
  std::string finish() &&;

 private:
  void add_array(std::string_view name,
                 std::string_view type,
                 const std::vector<std::size_t>& shape,
                 std::string_view bytes);
  void add_texts(std::string_view name,
                 std::span<const std::string> texts,
                 const std::vector<std::size_t>& shape);

  std::string bytes_;
  std::string directory_;
  std::size_t entries_ = 0;
};

}  // namespace hpsearch::reports

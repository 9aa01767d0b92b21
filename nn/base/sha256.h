// SHA-256 (FIPS 180-4), computed by OpenSSL.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hpsearch::nn {

// The checksum of data that arrives in pieces. Movable; not thread-safe.
class Sha256 {
 public:
  // Throws std::runtime_error if OpenSSL refuses SHA-256, as do all members.
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  // Appends to the data.
  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);

  // The checksum of all data so far, as 64 lower-case hexadecimal digits. More data may follow.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The checksum of a single piece, in the form of Sha256::hex().
std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_hex(std::string_view text);

}  // namespace hpsearch::nn

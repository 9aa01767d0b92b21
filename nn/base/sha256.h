// SHA-256 (FIPS 180-4), by OpenSSL.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hpsearch::nn {

// The checksum of bytes that arrive in pieces. Movable; not thread-safe.
class Sha256 {
 public:
  // Throws std::runtime_error where OpenSSL refuses to compute SHA-256.
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);

  // 64 hexadecimal digits in lower case: the checksum of everything so far. More may follow.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The checksum of one piece, as Sha256::hex gives it.
std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_hex(std::string_view text);

}  // namespace hpsearch::nn

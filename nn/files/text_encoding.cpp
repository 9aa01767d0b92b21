#include "nn/files/text_encoding.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <iconv.h>

#include "nn/base/utf8.h"
#include "nn/files/csv_reader.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLookedAt = 2000;  // bytes that show UTF-16 without a byte order mark

// An iconv descriptor, closed at the end.
class Converter {
 public:
  explicit Converter(const std::string& from) : handle_(iconv_open("UTF-8", from.c_str())) {}
  ~Converter() {
    if (is_open()) {
      iconv_close(handle_);
    }
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(std::intptr_t{-1}); }

  // The text, or nothing where a byte has no meaning; `failed_at` is then its offset.
  std::optional<std::string> convert(std::string& bytes, std::size_t& failed_at) {
    std::string out;
    std::string piece(std::size_t{1} << 16, '\0');
    char* in = bytes.data();
    std::size_t left = bytes.size();
    while (left > 0) {
      char* to = piece.data();
      std::size_t room = piece.size();
      const std::size_t result = iconv(handle_, &in, &left, &to, &room);
      out.append(piece.data(), piece.size() - room);
      if (result == static_cast<std::size_t>(-1) && errno != E2BIG) {
        failed_at = bytes.size() - left;
        return std::nullopt;
      }
    }
    return out;
  }

 private:
  iconv_t handle_;
};

// As iconv spells what Python and people call it.
std::string iconv_name(const std::string& name) {
  const std::string lower = lower_ascii(name);
  if (lower == "latin-1" || lower == "latin1" || lower == "iso8859-1") {
    return "ISO-8859-1";
  }
  if (lower == "ansi" || lower == "windows1252" || lower == "windows-1252") {
    return "WINDOWS-1252";
  }
  return lower == "utf-8-sig" || lower == "utf8" ? "UTF-8" : name;
}

std::string converted(std::string bytes,
                      const std::string& from,
                      const std::filesystem::path& path) {
  Converter converter(iconv_name(from));
  if (!converter.is_open()) {
    throw DataError(path.string(), fmt::format("there is no encoding {}", in_quotes(from)),
                    "write one such as utf-8, windows-1252, latin-1 or utf-16; `iconv -l` lists "
                    "them all");
  }
  std::size_t failed_at = 0;
  std::optional<std::string> text = converter.convert(bytes, failed_at);
  if (!text) {
    throw DataError(
        path, ByteOffset{failed_at},
        fmt::format("byte 0x{:02x} is not {}",
                    static_cast<unsigned>(static_cast<unsigned char>(bytes[failed_at])), from),
        "write another `encoding`, or save the table as UTF-8");
  }
  return *std::move(text);
}

// UTF-16 of Western texts has a NUL in every other byte.
std::string utf16_without_mark(std::string_view bytes) {
  const std::string_view first = bytes.substr(0, kLookedAt);
  std::size_t nuls[2] = {0, 0};
  for (std::size_t i = 0; i < first.size(); ++i) {
    nuls[i % 2] += static_cast<std::size_t>(first[i] == '\0');
  }
  const std::size_t half = first.size() / 2;
  if (half >= 4 && nuls[1] * 10 >= half * 8 && nuls[0] == 0) {
    return "UTF-16LE";
  }
  return half >= 4 && nuls[0] * 10 >= half * 8 && nuls[1] == 0 ? "UTF-16BE" : "";
}

// Which single-byte encoding it is, if the bytes are not UTF-8.
std::string single_byte_encoding(std::string_view text, const std::filesystem::path& path) {
  std::size_t valid = 0;
  std::size_t invalid = 0;
  std::size_t first_invalid = 0;
  bool windows = false;
  for (std::size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const CodePoint c = code_point_at(text, i);
    if (c.valid) {
      ++valid;
    } else {
      first_invalid = invalid == 0 ? i : first_invalid;
      ++invalid;
    }
    windows = windows || static_cast<unsigned char>(text[i]) < 0xA0;
    i += c.size;
  }
  if (invalid == 0) {
    return "";
  }
  if (valid >= invalid) {
    throw DataError(
        path, place_in_text(text, first_invalid),
        fmt::format("byte 0x{:02x} is not UTF-8",
                    static_cast<unsigned>(static_cast<unsigned char>(text[first_invalid]))),
        "save the table as UTF-8, or write its `encoding`");
  }
  return windows ? "Windows-1252" : "Latin-1";
}

}  // namespace

DecodedText decode_text(std::string bytes,
                        const std::string& encoding,
                        const std::filesystem::path& path) {
  DecodedText decoded;
  const std::string_view all = bytes;
  std::size_t mark = 0;
  if (all.starts_with(kByteOrderMark)) {
    mark = kByteOrderMark.size();
  } else if (all.starts_with("\xFF\xFE\0\0"sv) || all.starts_with("\0\0\xFE\xFF"sv)) {
    decoded.encoding = all[0] == '\0' ? "UTF-32BE" : "UTF-32LE";
    mark = 4;
  } else if (all.starts_with("\xFF\xFE"sv) || all.starts_with("\xFE\xFF"sv)) {
    decoded.encoding = all[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE";
    mark = 2;
  } else if (encoding.empty()) {
    decoded.encoding = utf16_without_mark(all);
  }
  const bool marked = mark > 0;
  bytes.erase(0, mark);
  if (!encoding.empty() && !marked) {
    decoded.encoding = iconv_name(encoding) == "UTF-8" ? "" : encoding;
  }
  if (decoded.encoding.empty() && (marked || encoding.empty())) {
    decoded.encoding = single_byte_encoding(bytes, path);
  }
  if (!decoded.encoding.empty() || !encoding.empty()) {
    const bool guessed = encoding.empty() && decoded.encoding == "Windows-1252";
    std::size_t unused = 0;
    if (guessed && !Converter("WINDOWS-1252").convert(bytes, unused)) {
      decoded.encoding = "Latin-1";  // it uses a byte that Windows-1252 lacks
    }
    bytes =
        converted(std::move(bytes), decoded.encoding.empty() ? "UTF-8" : decoded.encoding, path);
  }
  if (const std::size_t nul = bytes.find('\0'); nul != std::string::npos) {
    throw DataError(path, place_in_text(bytes, nul), "a NUL byte", "save the table as UTF-8");
  }
  decoded.text = std::move(bytes);
  return decoded;
}

}  // namespace hpsearch::nn

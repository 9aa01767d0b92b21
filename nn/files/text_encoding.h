// Text of any encoding as UTF-8.
#pragma once

#include <filesystem>
#include <string>

namespace hpsearch::nn {

struct DecodedText {
  std::string text;      // UTF-8 without a byte order mark
  std::string encoding;  // what it was read as, where that is not UTF-8
};

// `encoding`: a name that iconv knows, or empty to find out: by the byte order mark; UTF-16 without
// one by its NUL bytes; bytes that are not UTF-8 are Windows-1252 where they use 0x80 to 0x9f, else
// Latin-1. Throws DataError for an unknown encoding, a byte that it does not have, a NUL, and a
// text that is UTF-8 in more places than it is not, which is a damaged file rather than Latin-1.
DecodedText decode_text(std::string bytes,
                        const std::string& encoding,
                        const std::filesystem::path& path);

}  // namespace hpsearch::nn

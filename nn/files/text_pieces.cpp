#include "nn/files/text_pieces.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/csv_reader.h"
#include "nn/files/data_error.h"
#include "nn/files/input_file.h"
#include "nn/files/table_text.h"
#include "nn/files/text_encoding.h"
#include "nn/files/zip_archive.h"

namespace hpsearch::nn {
namespace {

using namespace std::string_view_literals;

constexpr char kUtf8[] = "UTF-8";
constexpr char kLatin1[] = "Latin-1";
constexpr char kWindows[] = "Windows-1252";

// 0x80 to 0x9f are characters of Windows-1252, but for five, and controls of Latin-1.
bool uses_windows_bytes(std::string_view bytes) {
  constexpr std::string_view kNone = "\x81\x8d\x8f\x90\x9d";
  bool some = false;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    some = some || (byte >= 0x80 && byte <= 0x9f);
    if (kNone.find(c) != kNone.npos) {
      return false;
    }
  }
  return some;
}
constexpr std::size_t kLookedAt = 2000;  // bytes that show UTF-16, as for decode_text

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t all = 0;
  std::size_t i = 0;
  for (std::uint64_t word = 0; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    all |= word;
  }
  for (; i < text.size(); ++i) {
    all |= static_cast<unsigned char>(text[i]);
  }
  return (all & kHighBits) == 0 && text.find('\0') == std::string_view::npos;
}

// Bytes of a line end in the encoding, which the beginning of the file shows.
std::size_t unit_bytes(std::string_view bytes, std::string_view encoding) {
  const bool four = bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv);
  if (four || encoding.find("32") != std::string_view::npos) {
    return 4;
  }
  const bool two = bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv) ||
                   (encoding.empty() && bytes.substr(0, kLookedAt).find('\0') != std::string::npos);
  return two || encoding.find("16") != std::string_view::npos ? 2 : 1;
}

// The end of the last line that is whole; 0 if there is none.
std::size_t whole_lines(std::string_view bytes, std::size_t unit) {
  if (unit == 1) {
    const std::size_t line_feed = bytes.rfind('\n');
    if (line_feed != std::string_view::npos) {
      return line_feed + 1;
    }
    // A line feed may follow the last byte.
    const std::size_t carriage_return = bytes.substr(0, bytes.size() - 1).rfind('\r');
    return carriage_return == std::string_view::npos ? 0 : carriage_return + 1;
  }
  for (std::size_t at = bytes.size() / unit * unit; at >= unit; at -= unit) {
    const std::string_view character = bytes.substr(at - unit, unit);
    if (std::count(character.begin(), character.end(), '\0') == static_cast<int>(unit) - 1 &&
        (character.front() == '\n' || character.back() == '\n')) {
      return at;
    }
  }
  return 0;
}

}  // namespace

struct TextPieces::Impl {
  // Brings `raw` to at least one whole line, or to the end of the file.
  void fill() {
    const std::size_t limit = CsvReader::kMaximumRecordBytes + piece_bytes;
    while (!ended) {
      const std::size_t before = raw.size();
      raw.resize(before + piece_bytes);
      const std::size_t got =
          source({reinterpret_cast<std::uint8_t*>(raw.data() + before), piece_bytes});
      raw.resize(before + got);
      ended = got < piece_bytes;
      if (begun || raw.size() >= kLookedAt || ended) {
        begin();
        cut = whole_lines(raw, unit);
        if (cut > 0 || raw.size() / unit > limit) {
          break;
        }
      }
    }
    if (ended || cut == 0) {
      ended = true;
      cut = raw.size();
    }
  }

  void begin() {
    if (!begun) {
      begun = true;
      refuse_foreign_table(raw, name);
      unit = unit_bytes(raw, encoding);
    }
  }

  std::string decode(std::string bytes) {
    if (known == kUtf8) {
      require_utf8(bytes);
      return bytes;
    }
    if (known.empty() && encoding.empty() && is_ascii(bytes)) {
      return bytes;
    }
    if (known == kLatin1 && encoding.empty() && uses_windows_bytes(bytes)) {
      // Earlier pieces fit both encodings, which differ in these bytes alone.
      known = kWindows;
    }
    DecodedText decoded = decode_text(std::move(bytes), known.empty() ? encoding : known, name);
    if (known.empty()) {
      known = decoded.encoding.empty() ? kUtf8 : decoded.encoding;
    }
    return std::move(decoded.text);
  }

  void require_utf8(std::string_view text) const {
    if (is_ascii(text)) {
      return;
    }
    for (std::size_t i = 0; i < text.size();) {
      const CodePoint c = code_point_at(text, i);
      if (!c.valid || c.value == 0) {
        const TextPlace place = place_in_text(text, i);
        throw DataError(
            name, TextPlace{place.line + lines, place.column},
            c.valid ? std::string("a NUL byte")
                    : fmt::format("byte 0x{:02x} is not UTF-8", static_cast<unsigned>(c.value)),
            "save the table as UTF-8, or write its `encoding`");
      }
      i += c.size;
    }
  }

  std::filesystem::path name;
  std::string encoding;  // as asked for
  std::size_t piece_bytes = 0;
  std::unique_ptr<InputFile> file;
  std::unique_ptr<ZipArchive> archive;
  std::unique_ptr<ZipEntryReader> entry;
  std::function<std::size_t(std::span<std::uint8_t>)> source;
  std::string raw;          // bytes that are not yet decoded
  std::size_t cut = 0;      // of raw: whole lines
  std::size_t unit = 1;     // bytes of a line end
  bool begun = false;       // the format is known
  bool ended = false;       // raw has the rest of the file
  bool finished = false;    // that rest was delivered
  std::string known;        // the encoding, once a piece has shown it
  std::uint64_t lines = 0;  // delivered
};

TextPieces::TextPieces(const std::filesystem::path& path,
                       std::string encoding,
                       std::size_t piece_bytes)
    : impl_(std::make_unique<Impl>()) {
  Impl& p = *impl_;
  p.encoding = std::move(encoding);
  p.piece_bytes = piece_bytes;
  p.name = path;
  if (path == "-") {
    p.name = "stdin";
    p.file = std::make_unique<InputFile>(0, p.name);
  } else {
    std::array<std::uint8_t, 4> first{};
    const std::size_t count = InputFile::without_checksum(path)->read(first);
    const std::string_view magic(reinterpret_cast<const char*>(first.data()), count);
    if (magic.starts_with("PK\3\4") || magic.starts_with("PK\5\6")) {
      p.archive = std::make_unique<ZipArchive>(path);
      p.entry = p.archive->open(table_entry(*p.archive, path));
      p.source = [&reader = *p.entry](std::span<std::uint8_t> out) { return reader.read(out); };
      return;
    }
    p.file = InputFile::without_checksum(path);
  }
  p.source = [&file = *p.file](std::span<std::uint8_t> out) { return file.read(out); };
}

TextPieces::~TextPieces() = default;

bool TextPieces::read(std::string& text) {
  Impl& p = *impl_;
  if (p.finished) {
    return false;
  }
  p.fill();
  std::string bytes = p.raw.substr(0, p.cut);
  p.raw.erase(0, p.cut);
  p.cut = 0;
  p.finished = p.ended;
  if (p.ended && bytes.empty()) {
    return false;
  }
  std::string piece = p.decode(std::move(bytes));
  p.lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
  if (text.empty()) {
    text = std::move(piece);
  } else {
    text += piece;
  }
  return true;
}

const std::filesystem::path& TextPieces::name() const {
  return impl_->name;
}

}  // namespace hpsearch::nn

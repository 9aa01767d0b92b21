#include "nn/files/table_text.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/csv_reader.h"
#include "nn/files/data_error.h"
#include "nn/files/foreign_format.h"
#include "nn/files/text_encoding.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kMagicBytes = 300;

// Appends what `read` delivers. Returns false where it stopped at a line without an end.
template <class Read>
bool read_all(const Read& read, std::string& bytes, const std::filesystem::path& path) {
  std::size_t unbroken = 0;  // bytes since the last line end
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPieceBytes);
    const std::size_t got =
        read({reinterpret_cast<std::uint8_t*>(bytes.data() + before), kPieceBytes});
    bytes.resize(before + got);
    if (before == 0) {
      refuse_foreign_table(bytes, path);
    }
    if (got < kPieceBytes) {
      return true;
    }
    const std::size_t line_end = std::string_view(bytes).substr(before).find_last_of("\r\n");
    unbroken = line_end == std::string_view::npos ? unbroken + got : got - line_end;
    if (unbroken > CsvReader::kMaximumRecordBytes) {
      return false;
    }
  }
}

bool is_hidden(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.ends_with("/") || name.ends_with(".DS_Store");
}

void read_zip(TableText& table, std::string& bytes) {
  const ZipArchive archive(table.path);
  const std::unique_ptr<ZipEntryReader> reader = archive.open(table_entry(archive, table.path));
  read_all([&](std::span<std::uint8_t> out) { return reader->read(out); }, bytes, table.path);
  table.checksum = archive.checksum();
}

}  // namespace

void refuse_foreign_table(std::string_view bytes, const std::filesystem::path& path) {
  if (const auto format =
          find_foreign_format(bytes.substr(0, kMagicBytes), path.filename().string())) {
    throw DataError(path.string(), format->fault, format->remedy);
  }
}

const ZipEntry& table_entry(const ZipArchive& archive, const std::filesystem::path& path) {
  std::vector<const ZipEntry*> files;
  std::string names;
  for (const ZipEntry& entry : archive.entries()) {
    if (const auto format = find_zipped_format(entry.name, path.filename().string())) {
      throw DataError(path.string(), format->fault, format->remedy);
    }
    if (!is_hidden(entry.name)) {
      names += fmt::format("{}{}", files.empty() ? "" : ", ", in_quotes(entry.name));
      files.push_back(&entry);
    }
  }
  if (files.size() != 1) {
    throw DataError(path.string(),
                    fmt::format("is a zip archive of {} files{}{}", files.size(),
                                files.empty() ? "" : ": ", names),
                    fmt::format("unpack it (unzip {}) and give the file that holds the table",
                                path.filename().string()));
  }
  return *files.front();
}

AnnouncedSeparator announced_separator(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  const bool quoted = line.size() > 2 && line.front() == '"' && line.back() == '"';
  line = quoted ? line.substr(1, line.size() - 2) : line;
  if (line.size() != 5 || !(line.starts_with("sep=") || line.starts_with("SEP="))) {
    return {};
  }
  return {line[4], end + (text.substr(end, 2) == "\r\n" ? 2 : end < text.size() ? 1 : 0)};
}

TableText read_table_text(const std::filesystem::path& path, const std::string& encoding) {
  TableText table;
  table.path = path;
  std::string bytes;
  std::array<std::uint8_t, 4> first{};
  const std::size_t count = InputFile(path).read(first);
  const std::string_view magic(reinterpret_cast<const char*>(first.data()), count);
  if (magic.starts_with("PK\3\4") || magic.starts_with("PK\5\6")) {
    read_zip(table, bytes);
  } else {
    InputFile file(path);
    if (read_all([&](std::span<std::uint8_t> out) { return file.read(out); }, bytes, path)) {
      table.checksum = file.checksum();
    }
  }
  DecodedText decoded = decode_text(std::move(bytes), encoding, path);
  table.text = std::move(decoded.text);
  table.encoding = std::move(decoded.encoding);
  const AnnouncedSeparator announced = announced_separator(table.text);
  table.announced_separator = announced.separator;
  table.begin = announced.end;
  return table;
}

}  // namespace hpsearch::nn

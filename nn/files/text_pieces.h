// The text of a table's file a piece at a time, in bounded memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace hpsearch::nn {

// Reads what read_table_text reads: plain files, gzip, and zip archives of one file, of any
// encoding. What the whole file decides there is decided here by its first piece (the format, and
// UTF-16) and by the first piece with other than ASCII characters (UTF-8, or the single-byte
// encoding that fits). Not thread-safe.
class TextPieces {
 public:
  // The text of a piece and the cells that point into it stay in a core's second cache.
  static constexpr std::size_t kPieceBytes = std::size_t{1} << 17;

  // `path`: a file, or "-" for stdin. `encoding`: as for decode_text. `piece_bytes`: how many bytes
  // to read at once, at least 1. Throws DataError for what InputFile and ZipArchive refuse.
  TextPieces(const std::filesystem::path& path,
             std::string encoding,
             std::size_t piece_bytes = kPieceBytes);
  ~TextPieces();
  TextPieces(const TextPieces&) = delete;
  TextPieces& operator=(const TextPieces&) = delete;

  // Appends the next piece, as UTF-8. It ends behind a line end unless it is the last one, and
  // never between CR and LF. Returns false where there is none. Stops at a line that is longer than
  // CsvReader takes. Throws DataError for what decode_text refuses, and for files of other formats.
  bool read(std::string& text);

  // For messages: the path, or "stdin".
  const std::filesystem::path& name() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::nn

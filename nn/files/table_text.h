// The text of a table's file, however it is packed and encoded.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nn/files/input_file.h"
#include "nn/files/zip_archive.h"

namespace hpsearch::nn {

struct TableText {
  std::filesystem::path path;
  std::string text;                 // UTF-8
  std::string encoding;             // what it was where it was not UTF-8, for a note
  char announced_separator = '\0';  // of a first line `sep=;`, which Excel writes; else none
  std::size_t begin = 0;            // of the table: behind such a line
  FileChecksum checksum;            // of the file as it lies on disk
};

// Throws DataError if a file that begins with these bytes is of another format than a table of
// text, naming the format and how to save it as CSV.
void refuse_foreign_table(std::string_view bytes, const std::filesystem::path& path);

// The one file of a zip archive that holds a table. Throws DataError if there are several or none.
const ZipEntry& table_entry(const ZipArchive& archive, const std::filesystem::path& path);

// What a first line `sep=;` says, which Excel obeys and does not show.
struct AnnouncedSeparator {
  char separator = '\0';  // none
  std::size_t end = 0;    // behind the line
};
AnnouncedSeparator announced_separator(std::string_view text);

// Reads plain files, gzip, and zip archives that hold one file. Stops reading where no line ends
// within CsvReader's longest record, which the reader then refuses, so a gzip bomb stays small.
// `encoding`: as for decode_text. Throws DataError for files of another format, naming the format
// and how to save it as CSV, and for what InputFile, ZipArchive and decode_text refuse.
TableText read_table_text(const std::filesystem::path& path, const std::string& encoding = {});

}  // namespace hpsearch::nn

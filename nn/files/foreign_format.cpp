#include "nn/files/foreign_format.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nn/base/utf8.h"

namespace hpsearch::nn {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSaveExcel =
    "save it as CSV (in Excel: File, Save As, 'CSV UTF-8'; in Python: "
    "pandas.read_excel(FILE).to_csv('table.csv', index=False)) and give that file";

struct Magic {
  std::string_view bytes;
  std::string_view fault;
  std::string_view remedy;  // FILE stands for the file's name
};

constexpr std::array kMagics{
    Magic{"BZh"sv, "is compressed by bzip2", "unpack it: bunzip2 -k FILE"},
    Magic{"\xFD"
          "7zXZ\0"sv,
          "is compressed by xz", "unpack it: xz -dk FILE"},
    Magic{"\x28\xB5\x2F\xFD"sv, "is compressed by zstd", "unpack it: zstd -d FILE"},
    Magic{"\x04\x22\x4D\x18"sv, "is compressed by lz4", "unpack it: lz4 -d FILE"},
    Magic{"7z\xBC\xAF\x27\x1C"sv, "is a 7z archive", "unpack it: 7z x FILE"},
    Magic{"Rar!"sv, "is a RAR archive", "unpack it: unrar x FILE"},
    Magic{"\xD0\xCF\x11\xE0"sv, "is an Excel workbook", kSaveExcel},
    Magic{"PAR1"sv, "is a Parquet file",
          "save it as CSV (in Python: pandas.read_parquet(FILE).to_csv('table.csv', index=False)) "
          "and give that file"},
    Magic{"ARROW1"sv, "is a Feather file",
          "save it as CSV (in Python: pandas.read_feather(FILE).to_csv('table.csv', index=False)) "
          "and give that file"},
    Magic{"\x89HDF\r\n"sv, "is an HDF5 file",
          "save it as CSV (in Python: pandas.read_hdf(FILE).to_csv('table.csv', index=False)) and "
          "give that file"},
    Magic{"SQLite format 3"sv, "is an SQLite database",
          "save a table of it as CSV: sqlite3 -header -csv FILE 'SELECT * FROM TABLE' > table.csv"},
    Magic{"\x80\x04\x95"sv, "is a Python pickle",
          "save the table as CSV (in Python: pandas.read_pickle(FILE).to_csv('table.csv', "
          "index=False)) and give that file"},
    Magic{"%PDF"sv, "is a PDF document", "give the table itself as CSV"},
    Magic{"RDX"sv, "is an R data file",
          "save the table as CSV (in R: write.csv(TABLE, 'table.csv', row.names = FALSE))"},
};

// Texts: after blanks, in any case.
constexpr std::array kTextMagics{
    Magic{"<!doctype html"sv, "is a web page, not a table",
          "download the table itself; a browser shows its address behind 'raw' or 'download'"},
    Magic{"<html"sv, "is a web page, not a table",
          "download the table itself; a browser shows its address behind 'raw' or 'download'"},
    Magic{"<?xml"sv, "is an XML file, not a table", "save the table as CSV and give that file"},
    Magic{"@relation"sv, "is an ARFF file (Weka)",
          "save it as CSV (in Python: pandas.DataFrame(scipy.io.arff.loadarff(FILE)[0])"
          ".to_csv('table.csv', index=False)) and give that file"},
    Magic{"[{\""sv, "is a JSON file",
          "save it as CSV (in Python: pandas.read_json(FILE).to_csv('table.csv', index=False)) and "
          "give that file"},
    Magic{"{\""sv, "is a JSON file",
          "save it as CSV (in Python: pandas.read_json(FILE, lines=True).to_csv('table.csv', "
          "index=False)) and give that file"},
};

ForeignFormat described(const Magic& magic, const std::string& file) {
  ForeignFormat format{std::string(magic.fault), std::string(magic.remedy)};
  const bool python = format.remedy.find("FILE)") != std::string::npos ||
                      format.remedy.find("FILE,") != std::string::npos;
  const std::string name = python ? "'" + file + "'" : file;
  for (std::size_t at = 0; (at = format.remedy.find("FILE", at)) != std::string::npos;) {
    format.remedy.replace(at, 4, name);
    at += name.size();
  }
  return format;
}

}  // namespace

std::optional<ForeignFormat> find_foreign_format(std::string_view first_bytes,
                                                 const std::string& file) {
  for (const Magic& magic : kMagics) {
    if (first_bytes.starts_with(magic.bytes)) {
      return described(magic, file);
    }
  }
  std::string lower = lower_ascii(first_bytes.substr(0, 300));
  lower.erase(0, lower.find_first_not_of(" \t\r\n"));
  for (const Magic& magic : kTextMagics) {
    if (lower.starts_with(magic.bytes)) {
      return described(magic, file);
    }
  }
  return std::nullopt;
}

std::optional<ForeignFormat> find_zipped_format(std::string_view entry_name,
                                                const std::string& file) {
  if (entry_name.starts_with("xl/")) {
    return described({"", "is an Excel workbook", kSaveExcel}, file);
  }
  if (entry_name == "content.xml") {
    return ForeignFormat{"is an OpenDocument spreadsheet",
                         "save it as CSV (in LibreOffice: File, Save As, 'Text CSV') and give that "
                         "file"};
  }
  if (entry_name == "word/document.xml") {
    return ForeignFormat{"is a Word document", "give the table itself as CSV"};
  }
  return std::nullopt;
}

}  // namespace hpsearch::nn

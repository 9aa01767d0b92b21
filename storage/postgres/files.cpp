#include "storage/postgres/files.h"

#include <array>
#include <cstddef>
#include <fstream>
#include <map>
#include <mutex>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "nn/base/sha256.h"
#include "nn/files/whole_file.h"
#include "storage/error.h"
#include "storage/postgres/pg_session.h"
#include "storage/sql/transaction.h"

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPart = std::size_t{4} << 20U;

// Gives the file to `use`, a part at a time. False where it cannot be read.
template <class Use>
bool for_each_part(const fs::path& file, Use use) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return false;
  }
  std::vector<char> part(kPart);
  while (stream) {
    stream.read(part.data(), static_cast<std::streamsize>(part.size()));
    use(std::string_view(part.data(), static_cast<std::size_t>(stream.gcount())));
  }
  return stream.eof();
}

std::string sum_of(const fs::path& file) {
  nn::Sha256 sum;
  const bool read = for_each_part(
      file, [&](std::string_view part) { sum.update(std::as_bytes(std::span(part))); });
  return read ? sum.hex() : "";
}

}  // namespace

std::string files_folder(const fs::path& url) {
  static std::mutex mutex;
  static std::map<fs::path, std::string> known;
  const std::lock_guard lock(mutex);
  std::string& folder = known[url];
  if (folder.empty()) {
    PgSession session(url);
    folder = guarded(session, [&] {
      Statement s(session, "SELECT obj_description(to_regclass('migrations'), 'pg_class')");
      const std::string mark = s.step() ? s.column(0).text() : "";
      return fmt::format("hpsearch-{}.files", mark.substr(mark.rfind(' ') + 1));
    });
  }
  return folder;
}

void write_file(PgConnection& connection, const std::string& path) {
  // Its path is from the working folder.
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size > kLongestFile) {
    return;  // only this host has it, or nobody
  }
  const std::string sum = sum_of(path);
  std::array<PgValue, 1> name{PgValue{path}};
  connection.run("DELETE FROM files WHERE path = $1", name);
  int number = 0;
  for_each_part(path, [&](std::string_view part) {
    if (part.empty() && number > 0) {
      return;
    }
    const std::array<PgValue, 5> values{PgValue{path}, PgValue{std::to_string(number++)},
                                        PgValue{sum}, PgValue{std::to_string(size)},
                                        PgValue{std::string(part), true}};
    connection.run("INSERT INTO files VALUES ($1, $2, $3, $4, $5)", values);
  });
}

void fetch_file(const fs::path& url, const std::string& path, const fs::path& file) {
  PgSession session(url);
  guarded(session, [&] {
    Statement known(session, "SELECT sha256, bytes FROM files WHERE path = ? AND part = 0");
    known.bind(1, path);
    if (!known.step()) {
      return;
    }
    const std::string sum = known.column(0).text();
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    if (!error && static_cast<std::int64_t>(size) == known.column(1).int64() &&
        sum_of(file) == sum) {
      return;
    }
    fs::create_directories(file.parent_path(), error);
    nn::WholeFile whole(file);
    for (int part = 0;; ++part) {
      const std::array<PgValue, 3> values{PgValue{path}, PgValue{std::to_string(part)},
                                          PgValue{sum}};
      const PgResult result = session.connection().run(
          "SELECT content FROM files WHERE path = $1 AND part = $2 AND sha256 = $3", values);
      if (PQntuples(result.get()) == 0) {
        break;
      }
      std::size_t bytes = 0;
      const std::unique_ptr<unsigned char, decltype(&PQfreemem)> content(
          PQunescapeBytea(reinterpret_cast<const unsigned char*>(PQgetvalue(result.get(), 0, 0)),
                          &bytes),
          &PQfreemem);
      whole.write(std::as_bytes(std::span(content.get(), bytes)));
    }
    if (whole.checksum().sha256 == sum) {
      whole.finish(nn::Existing::kReplaced);
    }
  });
}

}  // namespace hpsearch::storage

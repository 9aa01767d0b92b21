#include "nn/files/zip_archive.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <zlib.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

// APPNOTE.TXT 4.3: the signatures and lengths of a zip file's records.
constexpr std::uint64_t kLocalHeader = 0x04034b50;
constexpr std::uint64_t kCentralHeader = 0x02014b50;
constexpr std::uint64_t kEndRecord = 0x06054b50;
constexpr std::uint64_t kLocalHeaderBytes = 30;
constexpr std::uint64_t kCentralHeaderBytes = 46;
constexpr std::uint64_t kEndRecordBytes = 22;
constexpr std::uint64_t kMaximumComment = 65535;
constexpr std::uint64_t kInZip64 = 0xffffffff;
constexpr std::uint64_t kStored = 0;
constexpr std::uint64_t kDeflated = 8;

// Deflate cannot pack better than this (https://zlib.net/zlib_tech.html).
constexpr std::uint64_t kLargestRatio = 1032;

constexpr std::size_t kPieceBytes = std::size_t{1} << 18;
constexpr std::string_view kFetchAgain = "fetch or copy the file again";
constexpr std::string_view kSaveAgain = "save the arrays again with numpy.savez";

}  // namespace

struct ZipEntryReader::Inflater {
  z_stream stream{};
  bool at_end = false;

  Inflater() {
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

ZipEntryReader::ZipEntryReader(const std::filesystem::path& archive,
                               const ZipEntry& entry,
                               std::span<const std::uint8_t> packed)
    : archive_(archive), entry_(entry), waiting_(packed) {
  if (entry.bytes > kLargestRatio * entry.packed_bytes + kLargestRatio ||
      (!entry.deflated && entry.bytes != entry.packed_bytes)) {
    fail(0,
         fmt::format("{} packed bytes cannot hold the {} bytes that the archive promises",
                     entry.packed_bytes, entry.bytes),
         kFetchAgain);
  }
  if (entry.deflated) {
    inflater_ = std::make_unique<Inflater>();
  }
}

ZipEntryReader::~ZipEntryReader() = default;

std::size_t ZipEntryReader::read(std::span<std::uint8_t> out) {
  std::size_t got = 0;
  if (inflater_) {
    got = inflate(out);
  } else {
    got = std::min(out.size(), waiting_.size());
    std::copy_n(waiting_.begin(), got, out.begin());
    waiting_ = waiting_.subspan(got);
  }
  position_ += got;
  crc_ = static_cast<std::uint32_t>(crc32_z(crc_, out.data(), got));
  if (position_ > entry_.bytes || (got < out.size() && position_ < entry_.bytes)) {
    fail(position_, fmt::format("the archive promises {} bytes", entry_.bytes), kFetchAgain);
  }
  if (got < out.size() && crc_ != entry_.crc) {
    fail(position_, "the check sum is another than the archive says", kFetchAgain);
  }
  return got;
}

std::size_t ZipEntryReader::inflate(std::span<std::uint8_t> out) {
  z_stream& stream = inflater_->stream;
  std::size_t done = 0;
  while (done < out.size() && !inflater_->at_end) {
    // zlib counts in 32 bits.
    const std::size_t room = std::min<std::size_t>(out.size() - done, 1U << 30);
    const std::size_t given = std::min<std::size_t>(waiting_.size(), 1U << 30);
    stream.next_out = out.data() + done;
    stream.avail_out = static_cast<uInt>(room);
    stream.next_in = const_cast<Bytef*>(waiting_.data());  // zlib reads only, without saying so
    stream.avail_in = static_cast<uInt>(given);
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    waiting_ = waiting_.subspan(given - stream.avail_in);
    done += room - stream.avail_out;
    if (result == Z_STREAM_END) {
      inflater_->at_end = true;
    } else if (result == Z_BUF_ERROR) {
      fail(position_ + done, "the packed data ends before its end mark", kFetchAgain);
    } else if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result != Z_OK) {
      const std::string cause = stream.msg != nullptr ? stream.msg : "unknown cause";
      fail(position_ + done, "the packed data is damaged (" + cause + ")", kFetchAgain);
    }
  }
  return done;
}

void ZipEntryReader::fail(std::uint64_t offset,
                          std::string_view fault,
                          std::string_view remedy) const {
  throw DataError(fmt::format("{}: {}: byte {}", archive_.string(), in_quotes(entry_.name), offset),
                  fault, remedy);
}

ZipArchive::ZipArchive(const std::filesystem::path& path) : path_(path) {
  read_file();
  read_entries();
}

std::unique_ptr<ZipEntryReader> ZipArchive::open(const ZipEntry& entry) const {
  return std::make_unique<ZipEntryReader>(
      path_, entry, std::span(bytes_).subspan(entry.offset, entry.packed_bytes));
}

void ZipArchive::read_file() {
  InputFile file(path_);
  while (true) {
    const std::size_t old_size = bytes_.size();
    bytes_.resize(old_size + kPieceBytes);
    const std::size_t got = file.read(std::span(bytes_).subspan(old_size));
    bytes_.resize(old_size + got);
    if (got < kPieceBytes) {
      break;
    }
  }
  checksum_ = file.checksum();
}

void ZipArchive::read_entries() {
  const std::uint64_t end = find_end_record();
  const std::uint64_t count = number(end + 10, 2);
  const std::uint64_t size = number(end + 12, 4);
  const std::uint64_t begin = number(end + 16, 4);
  if (number(end + 4, 2) != 0 || number(end + 6, 2) != 0 || number(end + 8, 2) != count) {
    fail(end, "a zip archive on several disks", kSaveAgain);
  }
  if (count == 0xffff || begin == kInZip64 || size == kInZip64) {
    fail(end, "a zip archive of 2 GiB or more (zip64), which is not read",
         "save fewer rows, or a smaller type such as float32, in one file");
  }
  if (begin > end || size > end - begin) {
    fail(end, "the list of entries lies beyond the file", kFetchAgain);
  }
  std::uint64_t at = begin;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (at + kCentralHeaderBytes > begin + size || number(at, 4) != kCentralHeader) {
      fail(at, "the list of entries is damaged", kFetchAgain);
    }
    const std::uint64_t next =
        at + kCentralHeaderBytes + number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2);
    if (next > begin + size) {
      fail(at, "the list of entries is damaged", kFetchAgain);
    }
    entries_.push_back(read_entry(at));
    if (entries_.back().offset + entries_.back().packed_bytes > begin) {
      fail(at, fmt::format("entry {} lies beyond the file", in_quotes(entries_.back().name)),
           kFetchAgain);
    }
    at = next;
  }
}

// The record stands at the end, with a comment behind it that may hold anything.
std::uint64_t ZipArchive::find_end_record() const {
  const std::uint64_t size = bytes_.size();
  for (std::uint64_t comment = 0; comment <= kMaximumComment && kEndRecordBytes + comment <= size;
       ++comment) {
    const std::uint64_t at = size - kEndRecordBytes - comment;
    if (number(at, 4) == kEndRecord && number(at + 20, 2) == comment) {
      return at;
    }
  }
  fail(size, "the zip archive ends before its list of entries", kFetchAgain);
}

// The entry whose central header begins at `at`. The local header is asked only for its length:
// its sizes may be zero or elsewhere.
ZipEntry ZipArchive::read_entry(std::uint64_t at) const {
  ZipEntry entry;
  entry.name.assign(reinterpret_cast<const char*>(bytes_.data() + at + kCentralHeaderBytes),
                    number(at + 28, 2));
  const std::uint64_t method = number(at + 10, 2);
  entry.deflated = method == kDeflated;
  entry.crc = static_cast<std::uint32_t>(number(at + 16, 4));
  entry.packed_bytes = number(at + 20, 4);
  entry.bytes = number(at + 24, 4);
  const std::uint64_t local = number(at + 42, 4);
  const std::string name = in_quotes(entry.name);
  if ((number(at + 8, 2) & 1U) != 0) {
    fail(at, fmt::format("entry {} is encrypted", name), "save it without a password");
  }
  if (method != kStored && method != kDeflated) {
    fail(at,
         fmt::format("entry {} is packed by method {}; stored and deflated can be read", name,
                     method),
         kSaveAgain);
  }
  if (entry.packed_bytes == kInZip64 || entry.bytes == kInZip64 || local == kInZip64) {
    fail(
        at,
        fmt::format("entry {} has, or lies behind, 2 GiB or more (zip64), which is not read", name),
        "save fewer rows, or a smaller type such as float32, in one file");
  }
  if (local + kLocalHeaderBytes > bytes_.size() || number(local, 4) != kLocalHeader) {
    fail(local, fmt::format("entry {} does not begin here", name), kFetchAgain);
  }
  entry.offset = local + kLocalHeaderBytes + number(local + 26, 2) + number(local + 28, 2);
  return entry;
}

// A little-endian number. Requires that its bytes are there.
std::uint64_t ZipArchive::number(std::uint64_t at, std::size_t bytes) const {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i > 0; --i) {
    value = value << 8 | bytes_[at + i - 1];
  }
  return value;
}

void ZipArchive::fail(std::uint64_t offset, std::string_view fault, std::string_view remedy) const {
  throw DataError(path_, ByteOffset{offset, Counting::kFileBytes}, fault, remedy);
}

}  // namespace hpsearch::nn

#include "nn/files/input_file.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "nn/files/data_error.h"
#include "nn/files/gunzip.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;
constexpr int kGzipOnly = 16 + MAX_WBITS;  // inflateInit2: a gzip header, with its check sum
// Data is taken at once if it shrank no further than images do, so that no file can ask for much
// more memory than it has bytes, and if gzip added no more than to noise.
constexpr std::uint64_t kLargestRatio = 8;
constexpr std::uint64_t kLargestOverhead = std::uint64_t{1} << 16;

constexpr std::string_view kFetchAgain = "fetch or copy the file again";

std::string reason(int error) {
  return std::generic_category().message(error);
}

// Owns the descriptor only if everything went well. Returns it and the file's size.
std::pair<int, std::uint64_t> open_regular(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      throw DataError(path.string(), "there is no such file", "check the path");
    }
    throw DataError(path.string(), "cannot be opened: " + reason(errno),
                    "check the path and its permissions");
  }
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  if (known && S_ISREG(status.st_mode)) {
    return {descriptor, static_cast<std::uint64_t>(status.st_size)};
  }
  ::close(descriptor);
  if (known && S_ISDIR(status.st_mode)) {
    throw DataError(path.string(), "is a folder, not a file", "name a file in it");
  }
  throw DataError(path.string(), "is not a regular file", "copy its contents into one");
}

}  // namespace

struct InputFile::Inflater {
  z_stream stream{};
  bool within_member = true;

  Inflater() {
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

InputFile::InputFile(std::filesystem::path path) : InputFile(std::move(path), true) {}

InputFile::InputFile(std::filesystem::path path, bool sums)
    : path_(std::move(path)), sums_(sums), buffer_(kBufferBytes) {
  std::tie(descriptor_, bytes_on_disk_) = open_regular(path_);
  try {
    begin();
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

InputFile::InputFile(int descriptor, std::filesystem::path name)
    : path_(std::move(name)),
      descriptor_(descriptor),
      owned_(false),
      sums_(false),
      buffer_(kBufferBytes) {
  begin();
}

std::unique_ptr<InputFile> InputFile::without_checksum(const std::filesystem::path& path) {
  return std::unique_ptr<InputFile>(new InputFile(path, false));
}

void InputFile::begin() {
  refill();
  if (waiting_.size() >= 2 && waiting_[0] == 0x1f && waiting_[1] == 0x8b) {
    inflater_ = std::make_unique<Inflater>();
  }
}

InputFile::~InputFile() {
  if (owned_) {
    ::close(descriptor_);
  }
}

std::size_t InputFile::read(std::span<std::uint8_t> out) {
  return inflater_ ? inflate(out) : copy(out);
}

bool InputFile::read_rest(std::vector<std::uint8_t>& out, std::uint64_t bytes) {
  const std::uint64_t all = position_ + bytes;
  const std::uint64_t packed = bytes_on_disk_;
  if (!inflater_ || !sums_ || all / kLargestRatio > packed ||
      packed > all + all / 1024 + kLargestOverhead) {
    return false;
  }
  const auto file = std::make_unique_for_overwrite<std::uint8_t[]>(packed);
  for (std::uint64_t got = 0; got < packed;) {
    const ssize_t n = ::pread(descriptor_, file.get() + got, packed - got, static_cast<off_t>(got));
    if (n == 0 || (n < 0 && errno != EINTR)) {
      return false;
    }
    got += n > 0 ? static_cast<std::uint64_t>(n) : 0;
  }
  // What has been delivered comes once more, and is taken away again.
  const std::size_t old_size = out.size();
  out.resize(old_size + all);
  const std::span<const std::uint8_t> gzip(file.get(), packed);
  if (!gunzip_exactly(gzip, std::span(out).subspan(old_size))) {
    out.resize(old_size);
    return false;
  }
  if (::lseek(descriptor_, static_cast<off_t>(packed), SEEK_SET) < 0) {
    throw DataError(path_, {packed, Counting::kFileBytes}, "cannot be read: " + reason(errno),
                    "check the disk and the permissions");
  }
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(old_size);
  out.erase(begin, begin + static_cast<std::ptrdiff_t>(position_));
  sum_ = Sha256();
  sum_.update(std::as_bytes(gzip));
  bytes_read_ = packed;
  position_ = all;
  waiting_ = {};
  inflater_->within_member = false;
  return true;
}

FileChecksum InputFile::checksum() const {
  assert(waiting_.empty() && sums_);
  return {path_, bytes_read_, sum_.hex()};
}

void InputFile::fail(std::uint64_t offset, std::string_view fault, std::string_view remedy) const {
  const Counting counting = inflater_ ? Counting::kUncompressedBytes : Counting::kFileBytes;
  throw DataError(path_, {offset, counting}, fault, remedy);
}

// Reads the next piece from the disk once the last one is used up. Returns false at the end.
bool InputFile::refill() {
  std::size_t filled = 0;
  while (filled < buffer_.size()) {
    const ssize_t got = ::read(descriptor_, buffer_.data() + filled, buffer_.size() - filled);
    if (got == 0) {
      break;
    }
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      throw DataError(path_, {bytes_read_ + filled, Counting::kFileBytes},
                      "cannot be read: " + reason(errno), "check the disk and the permissions");
    }
  }
  waiting_ = std::span(buffer_).first(filled);
  bytes_read_ += filled;
  if (sums_) {
    sum_.update(std::as_bytes(waiting_));
  }
  return filled > 0;
}

std::size_t InputFile::copy(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size() && (!waiting_.empty() || refill())) {
    const std::size_t n = std::min(out.size() - done, waiting_.size());
    std::memcpy(out.data() + done, waiting_.data(), n);
    waiting_ = waiting_.subspan(n);
    done += n;
  }
  position_ += done;
  return done;
}

std::size_t InputFile::inflate(std::span<std::uint8_t> out) {
  z_stream& stream = inflater_->stream;
  const std::uint64_t start = position_;
  while (position_ - start < out.size()) {
    if (!inflater_->within_member) {
      // Tapes and some archivers pad a file with zeros; gzip(1) skips them too.
      while (!waiting_.empty() && waiting_.front() == 0) {
        waiting_ = waiting_.subspan(1);
      }
      if (waiting_.empty()) {
        if (!refill()) {
          break;
        }
        continue;
      }
      inflateReset(&stream);
      inflater_->within_member = true;
    }
    // zlib counts in 32 bits.
    const std::span<std::uint8_t> room = out.subspan(position_ - start);
    const uInt room_bytes = static_cast<uInt>(std::min<std::size_t>(room.size(), 1U << 30));
    stream.next_out = room.data();
    stream.avail_out = room_bytes;
    stream.next_in = const_cast<Bytef*>(waiting_.data());  // zlib reads only, without saying so
    stream.avail_in = static_cast<uInt>(waiting_.size());
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    waiting_ = waiting_.last(stream.avail_in);
    position_ += room_bytes - stream.avail_out;

    if (result == Z_STREAM_END) {
      inflater_->within_member = false;
    } else if (result == Z_BUF_ERROR) {
      // zlib may still hold output when its input is used up; only when it can do nothing without
      // more input is the end of the file the end of the data.
      if (!refill()) {
        fail(position_, "the gzip data ends before its end mark", kFetchAgain);
      }
    } else if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result != Z_OK) {
      const std::string cause = stream.msg != nullptr ? stream.msg : "unknown cause";
      fail(position_, "the gzip data is damaged (" + cause + ")", kFetchAgain);
    }
  }
  return position_ - start;
}

}  // namespace hpsearch::nn

// Zip archives, as far as NumPy writes them (.npz): entries that are stored or deflated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/files/input_file.h"

namespace hpsearch::nn {

struct ZipEntry {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0;  // in the archive
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  // of its packed bytes in the archive
};

// The bytes of one entry, in order. The archive must outlive it.
class ZipEntryReader {
 public:
  // Throws DataError where the entry promises more than its packed bytes can hold (1032 : 1).
  ZipEntryReader(const std::filesystem::path& archive,
                 const ZipEntry& entry,
                 std::span<const std::uint8_t> packed);
  ~ZipEntryReader();
  ZipEntryReader(const ZipEntryReader&) = delete;
  ZipEntryReader& operator=(const ZipEntryReader&) = delete;

  // Fills `out`; returns fewer bytes only at the end. Throws DataError if the entry is damaged, or
  // is not as long or has not the check sum that the archive says.
  std::size_t read(std::span<std::uint8_t> out);

  // Throws the DataError that names this entry and byte `offset` of it.
  [[noreturn]] void fail(std::uint64_t offset,
                         std::string_view fault,
                         std::string_view remedy) const;

 private:
  struct Inflater;  // keeps zlib out of this header

  std::size_t inflate(std::span<std::uint8_t> out);

  std::filesystem::path archive_;
  const ZipEntry& entry_;
  std::span<const std::uint8_t> waiting_;  // packed bytes not yet used
  std::uint64_t position_ = 0;             // delivered
  std::uint32_t crc_ = 0;
  std::unique_ptr<Inflater> inflater_;  // null: stored
};

// The whole file lies in memory. Not thread-safe.
class ZipArchive {
 public:
  // Throws DataError if the file cannot be read, if its list of entries is not there or does not
  // fit into it, or if it uses what is not supported: encryption, another compression, several
  // disks, sizes of 2 GiB and more (which NumPy writes as zip64).
  explicit ZipArchive(const std::filesystem::path& path);

  const std::vector<ZipEntry>& entries() const { return entries_; }

  // `entry` is one of entries().
  std::unique_ptr<ZipEntryReader> open(const ZipEntry& entry) const;

  const FileChecksum& checksum() const { return checksum_; }

 private:
  void read_file();
  void read_entries();
  std::uint64_t find_end_record() const;
  ZipEntry read_entry(std::uint64_t at) const;
  std::uint64_t number(std::uint64_t at, std::size_t bytes) const;
  [[noreturn]] void fail(std::uint64_t offset,
                         std::string_view fault,
                         std::string_view remedy) const;

  std::filesystem::path path_;
  std::vector<std::uint8_t> bytes_;
  std::vector<ZipEntry> entries_;
  FileChecksum checksum_;
};

}  // namespace hpsearch::nn

// TensorBoard event files: TFRecords (length, checksum, data, checksum;
// tensorflow/core/lib/io/record_writer.h) that each hold an Event message
// (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/text/protobuf_writer.h"

namespace hpsearch::reports {

// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

// One TFRecord: an 8-byte length, its masked CRC, the data, its masked CRC; all little-endian.
std::string tf_record(std::string_view data);

// Builds the bytes of one event file. Times are seconds since 1970.
class EventFile {
 public:
  // Begins with the event that states the file version.
  explicit EventFile(double time);

  void add_scalar(double time, std::int64_t step, std::string_view tag, double value);

  // Adds a summary without a value of its own, for the plugin `hparams`. `data` is one of
  // HParamsPluginData's messages and `field` its number there
  // (tensorboard/plugins/hparams/plugin_data.proto).
  void add_hparams(double time, std::string_view tag, unsigned field, const ProtoMessage& data);

  const std::string& bytes() const { return bytes_; }

 private:
  void add_event(const ProtoMessage& event) { bytes_ += tf_record(event.bytes()); }

  std::string bytes_;
};

}  // namespace hpsearch::reports

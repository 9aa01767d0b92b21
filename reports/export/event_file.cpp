#include "reports/export/event_file.h"

#include <array>

namespace hpsearch::reports {
namespace {

// A byte-wise table is fast enough: writing takes less time than reading the sweep from SQLite.
constexpr std::array<std::uint32_t, 256> make_crc_table() {
  constexpr std::uint32_t kPolynomial = 0x82F63B78;  // 0x1EDC6F41 with its bits reversed
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    }
    table[i] = crc;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

// The CRC of data that contains CRCs is a weak check, so the format rotates and offsets it
// (tensorflow/core/lib/hash/crc32c.h, Mask).
std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
}

std::string little_endian(std::uint64_t value, unsigned bytes) {
  std::string text;
  for (unsigned i = 0; i < bytes; ++i) {
    text += static_cast<char>(value >> (8 * i) & 0xFFU);
  }
  return text;
}

// Event: wall_time 1, step 2, file_version 3, summary 5.
ProtoMessage event_of(double time, std::int64_t step, const ProtoMessage& value) {
  return ProtoMessage().real(1, time).integer(2, step).message(5, ProtoMessage().message(1, value));
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc = (crc >> 8U) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  }
  return ~crc;
}

std::string tf_record(std::string_view data) {
  const std::string length = little_endian(data.size(), 8);
  std::string record = length + little_endian(masked_crc(length), 4);
  record += data;
  return record + little_endian(masked_crc(data), 4);
}

EventFile::EventFile(double time) {
  add_event(ProtoMessage().real(1, time).text(3, "brain.Event:2"));
}

void EventFile::add_scalar(double time, std::int64_t step, std::string_view tag, double value) {
  // Summary.Value: tag 1, simple_value 2.
  add_event(
      event_of(time, step, ProtoMessage().text(1, tag).small_real(2, static_cast<float>(value))));
}

void EventFile::add_hparams(double time,
                            std::string_view tag,
                            unsigned field,
                            const ProtoMessage& data) {
  // HParamsPluginData: version is field 1 (0, so it is omitted), followed by one of the messages.
  const ProtoMessage content = ProtoMessage().message(field, data);
  // Summary.Value: tag 1, tensor 8, metadata 9. SummaryMetadata: plugin_data 1, which has
  // plugin_name 1 and content 2. The tensor (dtype 1, here DT_FLOAT; tensor_shape 2 with one dim 2
  // of size 0) is empty, but must be present: newer TensorBoards drop summaries without a value.
  const ProtoMessage shape = ProtoMessage().message(2, ProtoMessage());
  const ProtoMessage plugin = ProtoMessage().text(1, "hparams").text(2, content.bytes());
  add_event(event_of(time, 0,
                     ProtoMessage()
                         .text(1, tag)
                         .message(8, ProtoMessage().integer(1, 1).message(2, shape))
                         .message(9, ProtoMessage().message(1, plugin))));
}

}  // namespace hpsearch::reports

#include "nn/data/csv_places.h"

#include <algorithm>
#include <optional>

namespace hpsearch::nn {

bool is_empty(const CsvCell& cell) {
  return cell.text.empty() && !cell.quoted;
}

bool is_blank(const std::vector<CsvCell>& record) {
  return record.size() > 1 && std::all_of(record.begin(), record.end(), is_empty);
}

std::vector<std::string> find_places(
    const std::vector<FilePart>& parts,
    const std::vector<std::pair<std::size_t, std::size_t>>& rows_and_columns) {
  std::vector<std::string> places;
  std::size_t part = 0;
  std::optional<CsvReader> reader;
  std::size_t next_row = 0;
  for (const auto& [row, column] : rows_and_columns) {
    while (!reader || (part + 1 < parts.size() && row >= parts[part + 1].first_row)) {
      part += static_cast<std::size_t>(reader.has_value());
      const FilePart& file = parts[part];
      reader.emplace(file.text->text, file.separator, file.text->begin);
      next_row = file.first_row;
      if (file.header) {
        reader->next();
      }
    }
    while (next_row <= row && reader->next()) {
      next_row += is_blank(reader->cells()) ? 0U : 1U;
    }
    const std::vector<CsvCell>& cells = reader->cells();
    places.push_back(to_text(parts[part].text->path, column < cells.size()
                                                         ? reader->place_of(cells[column])
                                                         : reader->end_of_record()));
  }
  return places;
}

}  // namespace hpsearch::nn

// Colours for a terminal, used sparingly: the best value, and states that ask for attention.
//
// Texts carry them only after paint_texts(true). Until then every painted text is the text itself,
// so what goes into a file or a pipe has the same bytes as ever.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hpsearch::reports {

enum class Paint { kNone, kBest, kGood, kBad, kPart, kActive, kError, kWarning };

// Whether texts for stdout carry colours. For the thread that prints, before it makes a text.
void paint_texts(bool on);

// The text in this colour if texts are painted, else the text.
std::string painted(Paint paint, std::string_view text);

// The text in this colour in any case: for a stream that has its own answer.
std::string in_paint(Paint paint, std::string_view text);

// The colour of a state of a sweep or a trial ("complete", "failed", ...); kNone for other words.
Paint paint_of_state(std::string_view state);

// printable() with line breaks kept, and with the colours of painted() kept as they are: the last
// step before a terminal that shows them. They count nothing in display_width().
std::string printable_painted(std::string_view text);

// The length of the colour sequence that `text` begins with: of those that painted() writes, and of
// no other; 0 if it begins with none.
std::size_t paint_size(std::string_view text);

}  // namespace hpsearch::reports

#include "nn/data/date_style.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include "nn/base/utf8.h"

namespace hpsearch::nn {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 12> kLongMonths{
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};
constexpr double kDaySeconds = 86400.0;
constexpr std::size_t kLongestDate = 40;
constexpr std::size_t kCompactDate = 8;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Reads a text from its beginning.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::size_t position() const { return at_; }
  void go_to(std::size_t position) { at_ = position; }

  bool take(char c) {
    const bool there = peek() == c;
    at_ += static_cast<std::size_t>(there);
    return there;
  }

  // 1 to `most` digits; `count` is how many there were.
  std::optional<int> number(std::size_t most, std::size_t& count) {
    int value = 0;
    for (count = 0; count < most && is_digit(peek()); ++count) {
      value = value * 10 + (text_[at_++] - '0');
    }
    return count == 0 || is_digit(peek()) ? std::nullopt : std::optional(value);
  }

  std::string letters() {
    std::string word;
    while (std::isalpha(static_cast<unsigned char>(peek())) != 0) {
      word += lower_ascii(text_[at_++]);
    }
    return word;
  }

  void blanks() {
    while (peek() == ' ') {
      ++at_;
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<int> month_named(const std::string& word) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (word == kMonths[i] || word == kLongMonths[i] || (i == 8 && word == "sept")) {
      return static_cast<int>(i) + 1;
    }
  }
  return std::nullopt;
}

int whole_year(int year, std::size_t digits) {
  return digits == 4 ? year : year < 70 ? 2000 + year : 1900 + year;
}

bool is_separator(char c) {
  return c == '-' || c == '/' || c == '.' || c == ' ';
}

void skip_separators(Scanner& scanner) {
  while (scanner.peek() == ',' || is_separator(scanner.peek())) {
    scanner.take(scanner.peek());
  }
}

// "5 Jan 2020", "05-Jan-20", "Jan 5, 2020" or "Jan 2020".
bool read_named_date(Scanner& scanner, DateValue& value) {
  std::size_t digits = 0;
  std::optional<int> day;
  if (is_digit(scanner.peek())) {
    day = scanner.number(2, digits);
    if (!day) {
      return false;
    }
    skip_separators(scanner);
  }
  std::string word = scanner.letters();
  if (std::find(kWeekdays.begin(), kWeekdays.end(), word.substr(0, 3)) != kWeekdays.end() &&
      !month_named(word)) {
    skip_separators(scanner);
    if (!day && is_digit(scanner.peek())) {
      return read_named_date(scanner, value);
    }
    word = scanner.letters();
  }
  const std::optional<int> month = month_named(word);
  if (!month || scanner.at_end()) {
    return false;
  }
  skip_separators(scanner);
  std::optional<int> number = scanner.number(4, digits);
  if (number && !day && digits <= 2) {
    day = number;
    skip_separators(scanner);
    number = scanner.number(4, digits);
  }
  if (!number || (digits != 2 && digits != 4)) {
    return false;
  }
  value.year = whole_year(*number, digits);
  value.month = *month;
  value.day = day.value_or(1);
  return true;
}

bool read_numeric_date(Scanner& scanner, DateOrder order, DateValue& value) {
  std::array<int, 3> numbers{1, 1, 1};
  std::array<std::size_t, 3> digits{};
  const auto first = scanner.number(4, digits[0]);
  const char separator = scanner.peek();
  if (!first || !is_separator(separator) || separator == ' ' || digits[0] == 3) {
    return false;
  }
  scanner.take(separator);
  const auto second = scanner.number(2, digits[1]);
  if (!second) {
    return false;
  }
  numbers = {*first, *second, 1};
  if (!scanner.take(separator)) {
    // A year and a month; 12.2020 could be a number.
    value.year = numbers[0];
    value.month = numbers[1];
    return digits[0] == 4 && digits[1] == 2 && separator != '.';
  }
  const auto third = scanner.number(4, digits[2]);
  if (!third || digits[2] == 3) {
    return false;
  }
  numbers[2] = *third;
  if (digits[0] == 4) {
    value.year = numbers[0];
    value.month = numbers[1];
    value.day = numbers[2];
    return digits[2] <= 2;
  }
  if (digits[2] != 4 && digits[2] != 2) {
    return false;
  }
  if (order == DateOrder::kYearFirst) {
    // Years of two digits come first only where they are written in full otherwise.
    return false;
  }
  value.year = whole_year(numbers[2], digits[2]);
  value.month = order == DateOrder::kDayFirst ? numbers[1] : numbers[0];
  value.day = order == DateOrder::kDayFirst ? numbers[0] : numbers[1];
  return true;
}

// "hh:mm", "hh:mm:ss.f", with AM or PM and a zone. False: no time.
bool read_time(Scanner& scanner, DateValue& value, bool& valid) {
  std::size_t digits = 0;
  auto hour = scanner.number(2, digits);
  if (!hour || !scanner.take(':')) {
    return false;
  }
  const auto minute = scanner.number(2, digits);
  if (!minute || digits != 2) {
    return false;
  }
  double seconds = 0.0;
  if (scanner.take(':')) {
    const auto second = scanner.number(2, digits);
    if (!second || digits != 2) {
      return false;
    }
    seconds = *second;
    if (scanner.take('.')) {
      const auto fraction = scanner.number(9, digits);
      if (!fraction) {
        return false;
      }
      double part = *fraction;
      for (; digits > 0; --digits) {
        part /= 10.0;
      }
      seconds += part;
    }
  }
  scanner.blanks();
  const std::size_t before = scanner.position();
  const std::string word = scanner.letters();
  if (word == "am" || word == "pm") {
    valid = valid && *hour >= 1 && *hour <= 12;
    hour = *hour % 12 + (word == "pm" ? 12 : 0);
  } else if (!word.empty() && word != "z" && word != "utc" && word != "gmt") {
    scanner.go_to(before);
    return false;
  }
  scanner.blanks();
  if (scanner.peek() == '+' || scanner.peek() == '-') {
    const double sign = scanner.take('-') ? -1.0 : 1.0;
    scanner.take('+');
    auto zone = scanner.number(4, digits);
    if (!zone || digits % 2 != 0) {
      return false;
    }
    int minutes = digits == 4 ? *zone / 100 * 60 + *zone % 100 : *zone * 60;
    if (digits == 2 && scanner.take(':')) {
      const auto rest = scanner.number(2, digits);
      if (!rest) {
        return false;
      }
      minutes += *rest;
    }
    value.offset = sign * 60.0 * minutes;
  }
  valid = valid && *hour <= 24 && *minute <= 59 && seconds < 61.0 &&
          (*hour < 24 || (*minute == 0 && seconds == 0.0));
  value.seconds = *hour * 3600.0 + *minute * 60.0 + seconds;
  value.has_time = true;
  return true;
}

// "20240229": eight digits, then the end or a time. Among numbers it is a number.
bool begins_with_compact_date(std::string_view text) {
  return text.size() >= kCompactDate &&
         std::all_of(text.begin(), text.begin() + kCompactDate, is_digit) &&
         (text.size() == kCompactDate || text[kCompactDate] == 'T' || text[kCompactDate] == ' ');
}

bool read_compact_date(Scanner& scanner, std::string_view text, DateValue& value) {
  if (!begins_with_compact_date(text)) {
    return false;
  }
  const auto part = [&](std::size_t begin, std::size_t count) {
    int number = 0;
    for (const char c : text.substr(begin, count)) {
      number = number * 10 + (c - '0');
    }
    return number;
  };
  value.year = part(0, 4);
  value.month = part(4, 2);
  value.day = part(6, 2);
  scanner.go_to(kCompactDate);
  return true;
}

bool may_be_date(std::string_view text) {
  return text.size() >= 4 && text.size() <= kLongestDate &&
         std::any_of(text.begin(), text.end(), is_digit) &&
         (begins_with_compact_date(text) || std::any_of(text.begin(), text.end(), [](char c) {
            return is_separator(c) || c == ':';
          }));
}

}  // namespace

std::int64_t days_from_civil(int year, int month, int day) {
  const std::int64_t y = std::int64_t{year} - (month <= 2 ? 1 : 0);
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

double DateValue::days() const {
  const double midnight = has_date ? static_cast<double>(days_from_civil(year, month, day)) : 0.0;
  return midnight + (seconds - offset) / kDaySeconds;
}

int DateValue::weekday() const {
  const std::int64_t days = days_from_civil(year, month, day) + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(((days % 7) + 7) % 7);
}

int DateValue::day_of_year() const {
  return static_cast<int>(days_from_civil(year, month, day) - days_from_civil(year, 1, 1)) + 1;
}

DateReading read_date(std::string_view text, DateOrder order) {
  DateReading reading;
  if (!may_be_date(text)) {
    return reading;
  }
  DateValue value;
  bool valid = true;
  Scanner scanner(text);
  if (read_time(scanner, value, valid) && scanner.at_end()) {
    value.has_date = false;
    reading.looks_like_a_date = true;
  } else {
    value = {};
    valid = true;
    scanner.go_to(0);
    if (!read_compact_date(scanner, text, value) && !read_numeric_date(scanner, order, value)) {
      value = {};
      scanner.go_to(0);
      if (!read_named_date(scanner, value)) {
        return reading;
      }
    }
    if (!scanner.at_end()) {
      const bool behind = scanner.take('T') || scanner.take(' ') || scanner.take(',');
      scanner.blanks();
      if (!behind || !read_time(scanner, value, valid) || !scanner.at_end()) {
        return reading;
      }
    }
    reading.looks_like_a_date = true;
    valid = valid && value.month >= 1 && value.month <= 12 && value.day >= 1 &&
            value.day <= days_in_month(value.year, value.month);
  }
  if (valid) {
    reading.value = value;
  }
  return reading;
}

}  // namespace hpsearch::nn

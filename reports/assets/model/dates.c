/* ---- dates: 2020-01-31, 20200131, 31.1.2020, 1/31/20, 5 Jan 2020, Jan 5, 2020, each with a time or without;
   a time alone ---- */

typedef enum { YEAR_FIRST, DAY_FIRST, MONTH_FIRST } DateOrder;
typedef enum { YEAR, MONTH, WEEKDAY, DAY_OF_YEAR, HOUR, ELAPSED_DAYS } DatePart;

typedef struct {
  int year;
  int month;
  int day;
  double seconds; /* of the day, on the clock of its time zone */
  double offset;  /* of that zone from UTC, in seconds */
  int has_date;
} Date;

typedef struct {
  Text text;
  size_t at;
} Scanner;

static char peek(const Scanner *s)
{
  return s->at < s->text.size ? s->text.at[s->at] : '\0';
}

static int at_end(const Scanner *s)
{
  return s->at == s->text.size;
}

static int take(Scanner *s, char c)
{
  const int there = peek(s) == c && !at_end(s);
  s->at += (size_t)there;
  return there;
}

/* 1 to `most` digits and no more; their count, or 0. */
static size_t take_number(Scanner *s, size_t most, int *value)
{
  size_t count = 0;
  *value = 0;
  while (count < most && is_digit(peek(s))) {
    *value = *value * 10 + (peek(s) - '0');
    ++s->at;
    ++count;
  }
  return is_digit(peek(s)) ? 0 : count;
}

/* A word in lower case; cut behind 15 letters, which no word of a date has. */
static void take_letters(Scanner *s, char word[16])
{
  size_t size = 0;
  for (;;) {
    char c = peek(s);
    if (c >= 'A' && c <= 'Z') {
      c = (char)(c - 'A' + 'a');
    }
    if (c < 'a' || c > 'z') {
      break;
    }
    if (size < 15) {
      word[size++] = c;
    }
    ++s->at;
  }
  word[size] = '\0';
}

static void skip_blanks(Scanner *s)
{
  while (take(s, ' ')) {
  }
}

static int is_separator(char c)
{
  return c == '-' || c == '/' || c == '.' || c == ' ';
}

static void skip_separators(Scanner *s)
{
  while (peek(s) == ',' || is_separator(peek(s))) {
    ++s->at;
  }
}

/* 1 to 12, or 0. */
static int month_named(const char *word)
{
  static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};
  int i;
  for (i = 0; i < 12; ++i) {
    if (strcmp(word, months[i]) == 0 || (strlen(word) == 3 && strncmp(word, months[i], 3) == 0)) {
      return i + 1;
    }
  }
  return strcmp(word, "sept") == 0 ? 9 : 0;
}

static int is_weekday(const char *word)
{
  static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  int i;
  for (i = 0; i < 7; ++i) {
    if (strncmp(word, days[i], 3) == 0) {
      return 1;
    }
  }
  return 0;
}

static int whole_year(int year, size_t digits)
{
  return digits == 4 ? year : year < 70 ? 2000 + year : 1900 + year;
}

static int read_named_date(Scanner *s, Date *date)
{
  char word[16];
  size_t digits;
  int day = -1;
  int number;
  int month;
  if (is_digit(peek(s))) {
    if (take_number(s, 2, &day) == 0) {
      return 0;
    }
    skip_separators(s);
  }
  take_letters(s, word);
  if (is_weekday(word) && month_named(word) == 0) {
    skip_separators(s);
    if (day < 0 && is_digit(peek(s))) {
      if (take_number(s, 2, &day) == 0) {
        return 0;
      }
      skip_separators(s);
      take_letters(s, word);
      if (is_weekday(word) && month_named(word) == 0) {
        skip_separators(s);
        take_letters(s, word);
      }
    } else {
      take_letters(s, word);
    }
  }
  month = month_named(word);
  if (month == 0 || at_end(s)) {
    return 0;
  }
  skip_separators(s);
  digits = take_number(s, 4, &number);
  if (digits > 0 && day < 0 && digits <= 2) {
    day = number;
    skip_separators(s);
    digits = take_number(s, 4, &number);
  }
  if (digits != 2 && digits != 4) {
    return 0;
  }
  date->year = whole_year(number, digits);
  date->month = month;
  date->day = day < 0 ? 1 : day;
  return 1;
}

static int read_numeric_date(Scanner *s, DateOrder order, Date *date)
{
  int first;
  int second;
  int third;
  size_t digits;
  size_t last;
  const size_t most = take_number(s, 4, &first);
  const char separator = peek(s);
  if (most == 0 || most == 3 || !is_separator(separator) || separator == ' ') {
    return 0;
  }
  take(s, separator);
  digits = take_number(s, 2, &second);
  if (digits == 0) {
    return 0;
  }
  date->day = 1;
  if (!take(s, separator)) {
    date->year = first;
    date->month = second;
    return most == 4 && digits == 2 && separator != '.';
  }
  last = take_number(s, 4, &third);
  if (last == 0 || last == 3) {
    return 0;
  }
  if (most == 4) {
    date->year = first;
    date->month = second;
    date->day = third;
    return last <= 2;
  }
  if ((last != 4 && last != 2) || order == YEAR_FIRST) {
    return 0;
  }
  date->year = whole_year(third, last);
  date->month = order == DAY_FIRST ? second : first;
  date->day = order == DAY_FIRST ? first : second;
  return 1;
}

/* 20240229: eight digits, then the end or a time. */
static int is_compact_date(Text text)
{
  size_t i;
  for (i = 0; i < 8; ++i) {
    if (i >= text.size || !is_digit(text.at[i])) {
      return 0;
    }
  }
  return text.size == 8 || text.at[8] == 'T' || text.at[8] == ' ';
}

static int read_compact_date(Scanner *s, Date *date)
{
  int number = 0;
  if (!is_compact_date(s->text)) {
    return 0;
  }
  for (s->at = 0; s->at < 8; ++s->at) {
    number = number * 10 + (s->text.at[s->at] - '0');
  }
  date->year = number / 10000;
  date->month = number / 100 % 100;
  date->day = number % 100;
  return 1;
}

static int read_time(Scanner *s, Date *date, int *valid)
{
  char word[16];
  int hour;
  int minute;
  int number;
  double seconds = 0.0;
  size_t before;
  if (take_number(s, 2, &hour) == 0 || !take(s, ':') || take_number(s, 2, &minute) != 2) {
    return 0;
  }
  if (take(s, ':')) {
    if (take_number(s, 2, &number) != 2) {
      return 0;
    }
    seconds = number;
    if (take(s, '.')) {
      size_t digits = take_number(s, 9, &number);
      double part = number;
      if (digits == 0) {
        return 0;
      }
      for (; digits > 0; --digits) {
        part /= 10.0;
      }
      seconds += part;
    }
  }
  skip_blanks(s);
  before = s->at;
  take_letters(s, word);
  if (strcmp(word, "am") == 0 || strcmp(word, "pm") == 0) {
    *valid = *valid && hour >= 1 && hour <= 12;
    hour = hour % 12 + (word[0] == 'p' ? 12 : 0);
  } else if (word[0] != '\0' && strcmp(word, "z") != 0 && strcmp(word, "utc") != 0 &&
             strcmp(word, "gmt") != 0) {
    s->at = before;
    return 0;
  }
  skip_blanks(s);
  if (peek(s) == '+' || peek(s) == '-') {
    const double sign = take(s, '-') ? -1.0 : 1.0;
    size_t digits;
    int minutes;
    take(s, '+');
    digits = take_number(s, 4, &number);
    if (digits != 2 && digits != 4) {
      return 0;
    }
    minutes = digits == 4 ? number / 100 * 60 + number % 100 : number * 60;
    if (digits == 2 && take(s, ':')) {
      int rest;
      if (take_number(s, 2, &rest) == 0) {
        return 0;
      }
      minutes += rest;
    }
    date->offset = sign * 60.0 * minutes;
  }
  *valid = *valid && hour <= 24 && minute <= 59 && seconds < 61.0 &&
           (hour < 24 || (minute == 0 && seconds == 0.0));
  date->seconds = hour * 3600.0 + minute * 60.0 + seconds;
  return 1;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static long days_before(int year, int month, int day)
{
  const long y = (long)year - (month <= 2);
  const long era = (y >= 0 ? y : y - 399) / 400;
  const long year_of_era = y - era * 400;
  const long day_of_year = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const long day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static int is_day(const Date *date)
{
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int leap =
      (date->year % 4 == 0 && date->year % 100 != 0) || date->year % 400 == 0;
  return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
         date->day <= days[date->month - 1] + (date->month == 2 && leap);
}

static Date new_date(void)
{
  Date date;
  date.year = 1970;
  date.month = date.day = 1;
  date.seconds = date.offset = 0.0;
  date.has_date = 1;
  return date;
}

/* Has it the length, a digit, and something that stands between the numbers of a date? */
static int may_be_date(Text text)
{
  int digit = 0;
  int separator = is_compact_date(text);
  size_t i;
  for (i = 0; i < text.size; ++i) {
    digit = digit || is_digit(text.at[i]);
    separator = separator || is_separator(text.at[i]) || text.at[i] == ':';
  }
  return text.size >= 4 && text.size <= 40 && digit && separator;
}

static int read_date(Text text, DateOrder order, Date *date)
{
  Scanner s;
  int valid = 1;
  s.text = text;
  s.at = 0;
  if (!may_be_date(text)) {
    return 0;
  }
  *date = new_date();
  if (read_time(&s, date, &valid) && at_end(&s)) {
    date->has_date = 0;
    return valid;
  }
  *date = new_date();
  valid = 1;
  s.at = 0;
  if (!read_compact_date(&s, date) && !read_numeric_date(&s, order, date)) {
    *date = new_date();
    s.at = 0;
    if (!read_named_date(&s, date)) {
      return 0;
    }
  }
  if (!at_end(&s)) {
    const int behind = take(&s, 'T') || take(&s, ' ') || take(&s, ',');
    skip_blanks(&s);
    if (!behind || !read_time(&s, date, &valid) || !at_end(&s)) {
      return 0;
    }
  }
  return valid && is_day(date);
}

static double date_part(const Date *date, DatePart part)
{
  const long days = days_before(date->year, date->month, date->day);
  switch (part) {
    case YEAR:
      return date->year;
    case MONTH:
      return date->month;
    case WEEKDAY: /* 0 is Monday; 1970-01-01 was a Thursday */
      return date->has_date ? (double)(((days + 3) % 7 + 7) % 7) : 0.0;
    case DAY_OF_YEAR:
      return (double)(days - days_before(date->year, 1, 1)) + 1.0;
    case HOUR:
      return floor(date->seconds / 3600.0);
    case ELAPSED_DAYS:
      break;
  }
  return (date->has_date ? (double)days : 0.0) + (date->seconds - date->offset) / 86400.0;
}

/* Writes `count` parts of a date, and where it is missing unless that is NULL. 0: the cell is not a date. */
static int date_cell(const char *cell, DateOrder order, const DatePart *parts, const double *fill,
                     size_t count, double *values, double *missing)
{
  const Text text = text_of(cell);
  const int gone = text.size == 0 || is_listed(text) || is_one_of(text, missing_words);
  Date date;
  size_t i;
  if (!gone && !read_date(text, order, &date)) {
    return 0;
  }
  for (i = 0; i < count; ++i) {
    values[i] = gone ? fill[i] : date_part(&date, parts[i]);
  }
  if (missing != NULL) {
    *missing = gone;
  }
  return 1;
}

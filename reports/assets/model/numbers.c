/* ---- numbers: 1234.5, "1.234,5", $1,200, 71 %, (12), 5 kg; the same in every locale ---- */

enum { LONGEST_NUMBER = 400 }; /* bytes; a longer text is not a number */

static const char *const currencies[] = {
    "US$", "A$", "C$", "R$", "$",
    "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "\xE2\x82\xB9", "\xE2\x82\xBD", "\xE2\x82\xA9",
    "\xE2\x82\xBA", "\xE2\x82\xAA", "\xE0\xB8\xBF", "\xE2\x82\xAB", "z\xC5\x82",
    "kr", "Rs", "USD", "EUR", "GBP", "JPY", "CHF", "CNY",
    "INR", "AUD", "CAD", "SEK", "NOK", "DKK", "PLN", "BRL", NULL};

static int is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Spaces, apostrophes and minus signs of typography as ASCII has them; 0: the text is too long. */
static size_t to_ascii(Text text, char *out)
{
  static const struct {
    const char *from;
    char to;
  } replaced[] = {{"\xC2\xA0", ' '},
                  {"\xE2\x80\xAF", ' '},
                  {"\xE2\x80\x89", ' '},
                  {"\xE2\x80\x99", '\''},
                  {"\xE2\x88\x92", '-'}};
  size_t size = 0;
  size_t i = 0;
  if (text.size >= LONGEST_NUMBER) {
    return 0;
  }
  while (i < text.size) {
    size_t r = 0;
    size_t length = 0;
    for (; r < sizeof replaced / sizeof replaced[0]; ++r) {
      length = strlen(replaced[r].from);
      if (text.size - i >= length && memcmp(text.at + i, replaced[r].from, length) == 0) {
        break;
      }
    }
    if (r < sizeof replaced / sizeof replaced[0]) {
      out[size++] = replaced[r].to;
      i += length;
    } else {
      out[size++] = text.at[i++];
    }
  }
  out[size] = '\0';
  return size;
}

static void trim_spaces(Text *text)
{
  while (text->size > 0 && text->at[0] == ' ') {
    ++text->at;
    --text->size;
  }
  while (text->size > 0 && text->at[text->size - 1] == ' ') {
    --text->size;
  }
}

static void drop_front(Text *text, size_t bytes)
{
  text->at += bytes;
  text->size -= bytes;
}

static void take_sign(Text *text, int *negative, int *is_signed)
{
  if (!*is_signed && text->size > 0 && (text->at[0] == '-' || text->at[0] == '+')) {
    *negative ^= text->at[0] == '-';
    *is_signed = 1;
    drop_front(text, 1);
    trim_spaces(text);
  }
}

static int is_unit(Text text)
{
  size_t i;
  for (i = 0; i < text.size; ++i) {
    const unsigned char c = (unsigned char)text.at[i];
    const int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && c < 0x80 && c != '%' && c != '/' && c != '$') {
      return 0;
    }
  }
  return text.size > 0 && text.size <= 12;
}

/* Groups of three digits behind a first one of one to three without a leading 0; or, as in India,
   of two but the last. */
static int are_groups(const char *digits, size_t size, char group)
{
  size_t groups = 0;
  size_t at = 0;
  int all_three = 1;
  int all_two = 1;
  for (;;) {
    size_t end = at;
    int last;
    while (end < size && digits[end] != group) {
      if (!is_digit(digits[end])) {
        return 0;
      }
      ++end;
    }
    last = end == size;
    if (groups == 0) {
      if (last) {
        return 1;
      }
      all_three = end - at >= 1 && end - at <= 3 && digits[at] != '0';
      all_two = all_three && end - at <= 2;
    } else {
      all_three = all_three && end - at == 3;
      all_two = all_two && end - at == (last ? 3U : 2U);
    }
    ++groups;
    if (last) {
      return all_three || (all_two && groups > 2);
    }
    at = end + 1;
  }
}

static int are_digits(const char *digits, size_t size)
{
  size_t i;
  for (i = 0; i < size; ++i) {
    if (!is_digit(digits[i])) {
      return 0;
    }
  }
  return 1;
}

static int fits(Text digits, char point, char group)
{
  size_t whole = digits.size;
  size_t i;
  for (i = digits.size; i > 0; --i) {
    if (digits.at[i - 1] == point) {
      whole = i - 1;
      if (!are_digits(digits.at + i, digits.size - i) || (whole == 0 && i == digits.size)) {
        return 0;
      }
      break;
    }
  }
  return group == '\0' ? are_digits(digits.at, whole) : are_groups(digits.at, whole, group);
}

/* With the decimal point of whichever locale the program has set. */
static double value_of(Text digits, char point, Text exponent)
{
  char buffer[LONGEST_NUMBER + 64];
  const char *local_point = localeconv()->decimal_point;
  size_t size = 0;
  size_t i;
  for (i = 0; i < digits.size; ++i) {
    if (digits.at[i] == point) {
      const size_t length = strlen(local_point);
      memcpy(buffer + size, local_point, length < 16 ? length : 16);
      size += length < 16 ? length : 16;
    } else if (is_digit(digits.at[i])) {
      buffer[size++] = digits.at[i];
    }
  }
  memcpy(buffer + size, exponent.at, exponent.size);
  buffer[size + exponent.size] = '\0';
  return strtod(buffer, NULL);
}

/* 1 and the number for a text in this style; else 0. `unit`: "" for none. */
static int read_number(Text cell, char point, char group, const char *unit, double *number)
{
  char buffer[LONGEST_NUMBER];
  char found_unit[LONGEST_NUMBER];
  Text text;
  Text digits;
  Text exponent;
  int negative = 0;
  int is_signed = 0;
  int any_digit = 0;
  int currency = 0;
  size_t end;
  size_t i;
  text.size = to_ascii(cell, buffer);
  text.at = buffer;
  found_unit[0] = '\0';
  trim_spaces(&text);
  if (text.size > 2 && text.at[0] == '(' && text.at[text.size - 1] == ')') {
    negative = is_signed = 1;
    drop_front(&text, 1);
    --text.size;
    trim_spaces(&text);
  }
  take_sign(&text, &negative, &is_signed);
  for (i = 0; currencies[i] != NULL; ++i) {
    const size_t length = strlen(currencies[i]);
    if (text.size >= length && memcmp(text.at, currencies[i], length) == 0) {
      strcpy(found_unit, currencies[i]);
      drop_front(&text, length);
      trim_spaces(&text);
      break;
    }
  }
  take_sign(&text, &negative, &is_signed);
  for (end = 0; end < text.size; ++end) {
    const char c = text.at[end];
    const int between = (c == ' ' || c == '\'') && end > 0 && end + 1 < text.size &&
                        is_digit(text.at[end - 1]) && is_digit(text.at[end + 1]);
    if (!is_digit(c) && c != '.' && c != ',' && !between) {
      break;
    }
    any_digit = any_digit || is_digit(c);
  }
  if (!any_digit) {
    return 0;
  }
  digits.at = text.at;
  digits.size = end;
  drop_front(&text, end);
  exponent.at = text.at;
  exponent.size = 0;
  if (text.size > 1 && (text.at[0] == 'e' || text.at[0] == 'E')) {
    const size_t first = text.at[1] == '-' || text.at[1] == '+' ? 2 : 1;
    size_t behind = first;
    while (behind < text.size && is_digit(text.at[behind])) {
      ++behind;
    }
    if (behind > first) {
      exponent.size = behind;
      drop_front(&text, behind);
    }
  }
  trim_spaces(&text);
  if (text.size > 0) {
    const size_t length = strlen(found_unit);
    if (!is_unit(text)) {
      return 0;
    }
    memcpy(found_unit + length, text.at, text.size);
    found_unit[length + text.size] = '\0';
  }
  for (i = 0; currencies[i] != NULL; ++i) {
    currency = currency || strcmp(unit, currencies[i]) == 0;
  }
  if (!fits(digits, point, group) ||
      (strcmp(found_unit, unit) != 0 && !(found_unit[0] == '\0' && currency))) {
    return 0;
  }
  *number = value_of(digits, point, exponent);
  *number = negative ? -*number : *number;
  return 1;
}

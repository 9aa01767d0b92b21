/* ---- levels of a category, which differ neither by case nor by blanks ---- */

/* The code point at `at`, and its size; size 1 and value 0 where none begins. */
static unsigned long code_point(const unsigned char *at, size_t size, size_t *bytes)
{
  *bytes = 1;
  if (at[0] < 0x80) {
    return at[0];
  }
  if (at[0] >= 0xC2 && at[0] < 0xE0 && size > 1 && (at[1] & 0xC0) == 0x80) {
    *bytes = 2;
    return ((at[0] & 0x1FUL) << 6) | (at[1] & 0x3FUL);
  }
  return 0; /* letters beyond U+07FF keep their case */
}

static unsigned long lower_case(unsigned long c)
{
  const int ascii = c >= 'A' && c <= 'Z';
  const int latin = c >= 0xC0 && c <= 0xDE && c != 0xD7;
  const int greek = c >= 0x391 && c <= 0x3A9 && c != 0x3A2;
  const int cyrillic = c >= 0x410 && c <= 0x42F;
  return ascii || latin || greek || cyrillic ? c + 0x20 : c;
}

/* Is the text, in lower case and with one blank for each run of them, this key? */
static int has_key(Text text, const char *key)
{
  const unsigned char *at = (const unsigned char *)text.at;
  size_t left = text.size;
  int blank = 0;
  int begun = 0;
  while (left > 0) {
    char out[4];
    size_t bytes = 0;
    size_t size = 0;
    const int no_break = left > 1 && at[0] == 0xC2 && at[1] == 0xA0;
    if (at[0] == ' ' || at[0] == '\t' || at[0] == '\n' || at[0] == '\r' || no_break) {
      blank = begun;
      bytes = no_break ? 2 : 1;
    } else {
      const unsigned long c = code_point(at, left, &bytes);
      const unsigned long small = lower_case(c);
      if (blank && *key++ != ' ') {
        return 0;
      }
      blank = 0;
      begun = 1;
      if (bytes == 1) {
        out[size++] = (char)(c == 0 ? at[0] : small);
      } else {
        out[size++] = (char)(0xC0 | (small >> 6));
        out[size++] = (char)(0x80 | (small & 0x3F));
      }
      if (strncmp(key, out, size) != 0) {
        return 0;
      }
      key += size;
    }
    at += bytes;
    left -= bytes;
  }
  return *key == '\0';
}

/* The number of the cell's level: `none` where it is missing, `other` for a text that is not a level. */
static size_t find_level(const char *cell, const char *const *keys, size_t none, size_t other)
{
  const Text text = text_of(cell);
  size_t i;
  if (text.size == 0 || is_listed(text)) {
    return none;
  }
  for (i = 0; keys[i] != NULL; ++i) {
    if (has_key(text, keys[i])) {
      return i;
    }
  }
  return is_one_of(text, missing_levels) ? none : other;
}

/* Writes `count` features, of which one at most is 1; of two levels alone, is it the second? Then
   `unknown` is neither. */
static void category_cell(const char *cell, const char *const *keys, size_t count, int has_other,
                          double unknown, double *values)
{
  const size_t level = find_level(cell, keys, count + 2, has_other ? count - 1 : count + 2);
  size_t i;
  if (count == 1 && keys[1] != NULL) {
    values[0] = level > 1 ? unknown : (double)level;
    return;
  }
  for (i = 0; i < count; ++i) {
    values[i] = level == i;
  }
}

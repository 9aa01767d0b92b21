/* ---- texts of cells ---- */

typedef struct {
  const char *at;
  size_t size;
} Text;

static Text text_of(const char *cell)
{
  Text text;
  text.at = cell == NULL ? "" : cell;
  while (*text.at == ' ' || *text.at == '\t') {
    ++text.at;
  }
  text.size = strlen(text.at);
  while (text.size > 0 && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t')) {
    --text.size;
  }
  return text;
}

static int is_text(Text text, const char *other)
{
  return strlen(other) == text.size && memcmp(text.at, other, text.size) == 0;
}

static int is_one_of(Text text, const char *const *list)
{
  for (; *list != NULL; ++list) {
    if (is_text(text, *list)) {
      return 1;
    }
  }
  return 0;
}

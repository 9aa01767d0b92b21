/* A listed -999 means -999.0 too. */
static int is_listed(Text cell)
{
  double number;
  double other;
  const int is_number = read_number(cell, '.', '\0', "", &number);
  const char *const *listed = listed_as_missing;
  for (; *listed != NULL; ++listed) {
    if (is_text(cell, *listed) ||
        (is_number && read_number(text_of(*listed), '.', '\0', "", &other) && number == other)) {
      return 1;
    }
  }
  return 0;
}

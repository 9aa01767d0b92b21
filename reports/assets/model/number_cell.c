/* Writes the features of a number, where `value` and `missing` are not NULL. 0: the cell is not a number. */
static int number_cell(const char *cell, char point, char group, const char *unit, double fill,
                       double *value, double *missing)
{
  const Text text = text_of(cell);
  double number = fill;
  int gone = text.size == 0 || is_listed(text);
  if (!gone && (!read_number(text, point, group, unit, &number) ||
                !(number >= -FLT_MAX && number <= FLT_MAX))) {
    if (!is_one_of(text, missing_words)) {
      return 0;
    }
    gone = 1;
  }
  if (value != NULL) {
    *value = gone ? fill : number;
  }
  if (missing != NULL) {
    *missing = gone;
  }
  return 1;
}

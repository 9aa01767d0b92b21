int predict_numbers(const double numbers[COLUMNS], double outputs[OUTPUTS])
{
  double *x = malloc(3 * WIDEST * sizeof *x);
  if (x == NULL) {
    return -1;
  }
  read_numbers(numbers, x);
  answer(x, outputs);
  free(x);
  return 0;
}

int predict(const char *const cells[COLUMNS], double outputs[OUTPUTS])
{
  double *numbers = malloc(COLUMNS * sizeof *numbers);
  int fault = numbers == NULL ? -1 : 0;
  int i;
  for (i = 0; fault == 0 && i < COLUMNS; ++i) {
    double missing = 0.0;
    if (!number_cell(cells[i], '.', '\0', "", 0.0, &numbers[i], &missing)) {
      fault = i + 1;
    } else if (missing != 0.0) {
      numbers[i] = NAN;
    }
  }
  if (fault == 0) {
    fault = predict_numbers(numbers, outputs);
  }
  free(numbers);
  return fault;
}

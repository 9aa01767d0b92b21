int predict(const char *const cells[COLUMNS], double outputs[OUTPUTS])
{
  double *x = malloc(3 * WIDEST * sizeof *x);
  int fault = -1;
  if (x != NULL) {
    fault = read_features(cells, x);
    if (fault == 0) {
      answer(x, outputs);
    }
    free(x);
  }
  return fault;
}

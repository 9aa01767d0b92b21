/* The mean of the networks' answers. x: the unscaled features, with room for 3 * WIDEST numbers. */
static void answer(double *x, double *outputs)
{
  double *own = x + WIDEST;
  size_t i;
  prepare(x, own);
  for (i = 0; i < OUTPUTS; ++i) {
    outputs[i] = 0.0;
  }
  for (i = 0; i < NETWORKS; ++i) {
    memcpy(own, x, FEATURES * sizeof *x);
    finish(i, run(i, own, own + WIDEST), outputs);
  }
}

static void finish(const double *z, double *outputs)
{
  outputs[1] = sigmoid(z[0]);
  outputs[0] = sigmoid(-z[0]);
}

const char *predict_class(const double outputs[OUTPUTS])
{
  return predict_outputs[outputs[1] > outputs[0]];
}

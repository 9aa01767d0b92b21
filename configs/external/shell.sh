#!/bin/sh
# Least squares by gradient descent, in awk, on the diabetes data. Every fifth row is for validation.
# The parameters are in the environment: HPSEARCH_PARAM_RATE and so on; by hand the defaults below apply.
data=$(dirname "$0")/../data/diabetes/diabetes.csv
exec awk -F , -v rate="${HPSEARCH_PARAM_RATE:-0.05}" -v momentum="${HPSEARCH_PARAM_MOMENTUM:-0}" \
    -v decay="${HPSEARCH_PARAM_DECAY:-0}" -v epochs=20 '
  NR > 1 {                                  # the last column is the target; column 0 is the intercept
    x[++rows, 0] = 1
    for (j = 1; j < NF; j++) { x[rows, j] = $j; sum[j] += $j; squares[j] += $j * $j }
    y[rows] = $NF
    columns = NF - 1
  }
  END {
    for (j = 1; j <= columns; j++) {
      mean = sum[j] / rows
      spread = sqrt(squares[j] / rows - mean * mean)
      for (i = 1; i <= rows; i++) x[i, j] = (x[i, j] - mean) / spread
    }
    for (epoch = 0; epoch <= epochs; epoch++) {
      for (j = 0; j <= columns; j++) slope[j] = 0
      wrong = 0; count = 0
      for (i = 1; i <= rows; i++) {
        error = -y[i]
        for (j = 0; j <= columns; j++) error += w[j] * x[i, j]
        if (i % 5 == 0) { wrong += error * error; count++ }
        else for (j = 0; j <= columns; j++) slope[j] += error * x[i, j]
      }
      # A line of name=value pairs is a report. It stands for the weights before the step below.
      if (epoch > 0) { printf "epoch=%d val_rmse=%.4f\n", epoch, sqrt(wrong / count); fflush() }
      for (j = 0; j <= columns; j++) {
        velocity[j] = momentum * velocity[j] - rate * (slope[j] / (rows - count) + (j > 0) * decay * w[j])
        w[j] += velocity[j]
      }
    }
  }' "$data"

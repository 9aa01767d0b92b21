#!/bin/sh
# Builds annealing.c if need be, and becomes the program. Trials run side by side: each builds a file of its own, and
# renames it when it is whole.
set -e
cd "$(dirname "$0")"
if [ ! -x annealing ] || [ -n "$(find annealing.c -newer annealing)" ]; then
  cc -O2 -o "annealing.$$" annealing.c -lm
  mv "annealing.$$" annealing
fi
exec ./annealing "$@"

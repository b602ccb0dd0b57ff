"""The machine with mutations, each behind a number: mutate-machine."""

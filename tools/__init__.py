"""Measuring, comparing, drawing, mutating, fuzzing: what neither the build nor a test needs. `make help` lists it."""

"""The repository that these tests are in."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]

"""The story of the README: recorded from a real run, and drawn. `scripts/timeline` is its command."""

"""The story of the README: recorded from a real run, and drawn. `python3 -m tools.timeline` is its command."""

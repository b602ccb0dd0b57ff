"""What `make bench` measures, and how it is shown. `scripts/bench` is its command."""

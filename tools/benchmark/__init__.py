"""What `make bench` measures, and how it is shown. `python3 -m tools.benchmark` is its command."""

"""What `make compare-registrators` does to each, and how it is shown. `python3 -m
tools.compare_registrators` is its command."""

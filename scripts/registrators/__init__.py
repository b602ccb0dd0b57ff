"""What `make compare-registrators` does to each, and how it is shown. `scripts/compare-registrators` is its
command."""

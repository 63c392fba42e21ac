"""Data sets: where pictures come from, what is wrong with them, and which are kept for evaluation."""

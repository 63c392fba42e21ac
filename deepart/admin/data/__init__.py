"""Data sets: sources of pictures, reports on them, and evaluation sets."""

"""Classify: style, artist and genre of a picture, and the evidence."""

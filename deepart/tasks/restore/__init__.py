"""Restore: what is wrong with a picture, a plan, and its steps."""

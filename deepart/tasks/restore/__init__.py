"""Restore: diagnosis of a picture, a plan, and its steps."""

"""The Restore tab: a damaged picture, repaired step by step."""

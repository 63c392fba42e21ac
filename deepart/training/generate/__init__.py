"""The generator, how its pictures are measured, and its directions."""

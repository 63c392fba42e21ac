"""Generate: new pictures, and ways from one to the next."""

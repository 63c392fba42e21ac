"""Generate: new pictures, and how to change and combine them."""

"""Controls of our own, with their scripts and styles."""

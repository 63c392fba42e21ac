"""What stands between the app and whoever asks it for something: bounds, turns, sessions, headers."""

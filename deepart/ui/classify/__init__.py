"""The Classify tab: what style, artist and genre a picture has, and why."""

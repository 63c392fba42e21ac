"""The Transfer tab: a picture in the style of another."""

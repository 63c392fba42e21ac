"""The classifier: its heads, their calibration, and how it is measured."""

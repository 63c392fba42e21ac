"""Networks that paint from random numbers: ours, its baselines, and that of the Hub."""

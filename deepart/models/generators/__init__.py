"""Generators: ours, its baselines, and FastGAN of the Hub."""

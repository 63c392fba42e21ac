"""Models of the Hugging Face Hub, loaded without running code of their repositories."""

"""Models of the Hugging Face Hub, each read without running anything of its repository."""

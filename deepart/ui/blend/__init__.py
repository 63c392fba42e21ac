"""The Blend tab: a picture in a mixture of styles."""

"""The style network and the perceptual network it is trained by."""

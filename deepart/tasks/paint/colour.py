"""Whose colours a painting has: the style's, the photo's, or the style's on the untouched photo.

Every function maps single pixels and works with Pillow on a picture of any size.

References:
    Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", https://arxiv.org/abs/1606.05897 (both ways
    of keeping the photo's colours); Pitié, Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping for
    example-based colour transfer" (the affine map that matches colour statistics with the least change).
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from deepart.images import fit

_SAMPLED_SIDE = 256  # pixels of a picture's longer side that its statistics are measured on
_LEAST_VARIANCE = 1e-5  # added to every colour's, since a picture of one colour has none to stretch


def keep_photo_colours(painting: Image.Image, photo: Image.Image) -> Image.Image:
    """Return the painting's brightness with the photo's colours; both are RGB and of one size."""
    brightness = painting.convert("YCbCr").getchannel("Y")
    _, blue, red = photo.convert("YCbCr").split()
    return Image.merge("YCbCr", (brightness, blue, red)).convert("RGB")


def statistics(image: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """Return mean (3,) and covariance (3, 3) of the colours of an RGB picture, in [0, 1]."""
    pixels = np.asarray(fit(image, _SAMPLED_SIDE), np.float64).reshape(-1, 3) / 255
    return pixels.mean(0), np.cov(pixels.T, bias=True)


def code_colours(vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of a style's colours, from its code (see `colour_statistics` of the network)."""
    covariance = np.zeros((3, 3))
    covariance[np.triu_indices(3)] = vector[3:9] / 10
    return vector[:3].astype(np.float64), covariance + np.triu(covariance, 1).T


def match(image: Image.Image, mean: np.ndarray, covariance: np.ndarray) -> Image.Image:
    """Return an RGB picture with its colours matched to the given statistics.

    Args:
        image: RGB.
        mean: (3,) in [0, 1].
        covariance: (3, 3), symmetric.
    """
    own_mean, own_covariance = statistics(image)
    own_covariance = own_covariance + _LEAST_VARIANCE * np.eye(3)
    root, inverse_root = _power(own_covariance, 0.5), _power(own_covariance, -0.5)
    wanted = covariance + _LEAST_VARIANCE * np.eye(3)
    matrix = inverse_root @ _power(root @ wanted @ root, 0.5) @ inverse_root
    offset = 255 * (mean - matrix @ own_mean)
    rows = np.concatenate([matrix, offset[:, None]], axis=1)
    return image.convert("RGB", tuple(rows.flatten()))


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """Raise a symmetric matrix with positive eigenvalues to the power of `exponent`."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * values**exponent) @ vectors.T

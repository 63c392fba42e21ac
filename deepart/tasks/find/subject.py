"""Find the subject of a picture: the person, animal or thing that stands out from what lies around it.

A small copy of the picture is cut into segments of one colour and texture.  A segment belongs to the
subject where it differs from what lies at the edges of the picture, where every way to those edges
crosses strong contours, and where it is near the middle.  From this guess the colours of subject and
background are learnt, the segments are decided anew, and the result is drawn along the picture's own
edges.  All of it is deterministic and knows nothing of what things are.

References:
    Wei et al. 2012, "Geodesic Saliency Using Background Priors" (the ways to the edges);
    Rother et al. 2004, "GrabCut: Interactive Foreground Extraction using Iterated Graph Cuts" (learning the
    colours and deciding anew, in turns);
    Grady 2005, "Multilabel Random Walks Image Segmentation Using Prior Models" (the system that is solved);
    He, Sun 2015, "Fast Guided Filter", https://arxiv.org/abs/1505.00996 (drawing along the edges).

Differs from the papers:
    The lower edge does not count as background, since who stands in a picture is often cut off by it.
    Colours are modelled by kernel densities over the segments, which need no random start as mixtures of
    Gaussians do.  The weights of the first guess were fitted to outlines of 63 photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from deepart.errors import InputError
from deepart.images import fit, load_image

_SIDE = 256  # of the longer side of the copy that is cut into segments
_LEAST_SIDE = 16  # of its shorter side, however long the picture
_EDGE_SIDE = 1024  # of the copy whose edges the mask follows; a larger mask is enlarged from there
_SEGMENTS = 400
_TEXTURE_WEIGHT = 12.0  # of the logarithm of contrast, beside the units of Lab
_COLOUR_WIDTH = 6.0  # of the kernels, in units of Lab
_CONTOUR_WIDTH = 12.0  # difference at which neighbours hardly hold together
_LEAST_DIFFERENCE = 4.0  # between any two segments, in units of Lab; the eye tells 2.3 apart
_ROUNDS = 3
_RADIUS = 6
_SMOOTHNESS = 1e-3


@dataclass(frozen=True, slots=True)
class _Segments:
    """The N segments of a picture.

    Attributes:
        labels: (H, W), the number of the segment that each pixel belongs to.
        area: (N,), shares of the picture, adding up to 1.
        centre: (N, 2), y and x from -1 to 1.
        edge: (N,), pixels on the left, upper and right edge of the picture.
        adjacent: (N, N), whether two touch.
        difference: (N, N), of their mean colours and textures, in units of Lab.
    """

    labels: np.ndarray
    area: np.ndarray
    centre: np.ndarray
    edge: np.ndarray
    adjacent: np.ndarray
    difference: np.ndarray


def subject(picture: Image.Image) -> Image.Image:
    """Return a mask "L" of the picture's size: white on its subject, black around it, soft on its outline.

    Raises:
        InputError: nothing at all stands out, as in a blank picture.
    """
    from scipy.ndimage import binary_fill_holes

    detailed = load_image(fit(picture, _EDGE_SIDE), least_side=1)
    scale = min(1, _SIDE / max(detailed.size))
    size = [max(min(side, _LEAST_SIDE), round(side * scale)) for side in detailed.size]
    small = detailed.resize(size, Image.Resampling.LANCZOS)
    segments = _segments(np.asarray(small))
    if segments.difference.max() < _LEAST_DIFFERENCE:
        raise InputError("mask.no_subject")
    belongs = _decide(segments, _first_guess(segments))
    values = belongs[segments.labels]
    values = np.maximum(values, binary_fill_holes(values > 0.5))
    return _along_edges(values, small, detailed).resize(picture.size, Image.Resampling.BILINEAR)


def _segments(pixels: np.ndarray) -> _Segments:
    """Cut an RGB picture (H, W, 3) of 8 bits into segments."""
    from scipy.ndimage import gaussian_filter
    from skimage.color import rgb2lab
    from skimage.segmentation import slic

    height, width = pixels.shape[:2]
    labels = slic(pixels, n_segments=_SEGMENTS, compactness=10, max_num_iter=8, start_label=0)
    num_pixels = np.bincount(labels.ravel())

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(labels.ravel(), weights=values.ravel()) / num_pixels

    lab = rgb2lab(pixels)
    detail = lab[..., 0] - gaussian_filter(lab[..., 0], 1.5)
    texture = _TEXTURE_WEIGHT * np.log1p(np.sqrt(gaussian_filter(detail**2, 4.5)))
    look = np.stack([*(mean(channel) for channel in np.moveaxis(lab, -1, 0)), mean(texture)], axis=1)  # (N, 4)
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    adjacent = np.zeros((len(look), len(look)), bool)
    adjacent[labels[1:], labels[:-1]] = adjacent[labels[:, 1:], labels[:, :-1]] = True
    np.fill_diagonal(adjacent, False)
    edges = np.concatenate([labels[0], labels[:, 0], labels[:, -1]])
    return _Segments(
        labels=labels,
        area=num_pixels / labels.size,
        centre=np.stack([mean(y), mean(x)], axis=1),
        edge=np.bincount(edges, minlength=len(look)),
        adjacent=adjacent | adjacent.T,
        difference=np.linalg.norm(look[:, None] - look, axis=2),
    )


def _first_guess(segments: _Segments) -> np.ndarray:
    """Return how much speaks for each segment's belonging to the subject (N,), as a logit."""
    kernels = np.exp(-((segments.difference / _COLOUR_WIDTH) ** 2) / 2)
    at_edges = kernels @ segments.edge / segments.edge.sum()
    anywhere = kernels @ segments.area
    likeness_to_edges = np.log(at_edges + 1e-3) - np.log(anywhere + 1e-3)
    y, x = segments.centre.T
    distance = np.sqrt(_distance_to_edges(segments))
    return 0.36 * distance - 0.6 * likeness_to_edges - 1.2 * x**2 - 1.65 * y**2 - 1.15


def _distance_to_edges(segments: _Segments) -> np.ndarray:
    """Return the least sum of differences on any way from each segment to an edge (N,)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    steps = np.where(segments.adjacent, segments.difference, np.inf)
    usual = steps.min(1, initial=255, where=segments.adjacent).mean()  # steps of this size are not to add up
    steps = np.where(segments.adjacent, np.maximum(segments.difference - usual, 0) + 1e-6, 0)
    return dijkstra(csr_array(steps), directed=False, indices=np.flatnonzero(segments.edge), min_only=True)


def _decide(segments: _Segments, guess: np.ndarray) -> np.ndarray:
    """Return how far each segment belongs to the subject (N,), in [0, 1]: alike neighbours together."""
    kernels = np.exp(-((segments.difference / _COLOUR_WIDTH) ** 2) / 2)
    np.fill_diagonal(kernels, 0)  # a segment is no witness for itself
    bonds = segments.adjacent * (np.exp(-((segments.difference / _CONTOUR_WIDTH) ** 2) / 2) + 0.02)
    laplacian = np.diag(bonds.sum(1)) - bonds
    belongs = _sigmoid(guess)
    for _ in range(_ROUNDS):
        inside, outside = segments.area * belongs, segments.area * (1 - belongs)
        ratio = (kernels @ inside / inside.sum() + 1e-3) / (kernels @ outside / outside.sum() + 1e-3)
        alone = _sigmoid(guess + np.log(ratio).clip(-2, 2))
        certainty = np.abs(2 * alone - 1) + 0.05
        together = np.linalg.solve(np.diag(certainty) + laplacian, certainty * alone)
        belongs = _sigmoid(12 * (together - 0.5))
    return belongs


def _along_edges(values: np.ndarray, small: Image.Image, detailed: Image.Image) -> Image.Image:
    """Return `values` (H, W) in [0, 1], known for `small`, as a mask of the size of `detailed`, along its edges."""
    from scipy.ndimage import uniform_filter

    def mean(x: np.ndarray) -> np.ndarray:
        return uniform_filter(x, (_RADIUS * 2 + 1,) * 2 + (0,) * (x.ndim - 2), mode="nearest")

    guide = np.asarray(small, np.float32) / 255  # (H, W, 3)
    mean_guide, mean_value = mean(guide), mean(values)
    covariance = mean(guide[..., None] * guide[..., None, :]) - mean_guide[..., None] * mean_guide[..., None, :]
    shared = mean(guide * values[..., None]) - mean_guide * mean_value[..., None]
    slopes = np.linalg.solve(covariance + _SMOOTHNESS * np.eye(3), shared[..., None])[..., 0]  # (H, W, 3)
    offset = mean_value - (slopes * mean_guide).sum(-1)
    plane = np.concatenate([mean(slopes), mean(offset)[..., None]], axis=2).astype(np.float32)
    enlarged = [
        np.asarray(Image.fromarray(channel).resize(detailed.size, Image.Resampling.BILINEAR))
        for channel in np.moveaxis(plane, -1, 0)
    ]
    mask = enlarged[3] + sum(
        slope * np.asarray(channel, np.float32) / 255 for slope, channel in zip(enlarged, detailed.split())
    )
    return Image.fromarray(np.uint8((255 * mask).clip(0, 255) + 0.5))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))

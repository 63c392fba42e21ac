"""Find the subject of a picture (the person, animal or thing that stands out), or the object at a place.

If the extra "subject" is installed, the network U2NETp finds what stands out.  Without it, a small copy of the picture
is cut into segments of one colour and texture.  A segment belongs to the subject if it differs from the picture's
edges, if every path to those edges crosses strong contours, and if it is near the middle. From this guess the colours
of subject and background are learned, and the segments are decided again. Both results are refined along the picture's
own edges. All of it is deterministic.

An object is found in the same way, from what is similar to the place and can be reached without crossing strong
contours; if the place lies on what stands out, it is the connected part there.

References:
    Qin et al. 2020, "U^2-Net: Going Deeper with Nested U-Structure for Salient Object Detection",
    https://arxiv.org/abs/2005.09007; Wei et al. 2012, "Geodesic Saliency Using Background Priors" (the ways to the
    edges); Rother et al. 2004, "GrabCut: Interactive Foreground Extraction using Iterated Graph Cuts" (learning the
    colours and deciding anew, in turns); Grady 2005, "Multilabel Random Walks Image Segmentation Using Prior Models"
    (the system that is solved); He, Sun 2015, "Fast Guided Filter", https://arxiv.org/abs/1505.00996 (drawing along the
    edges).

Differs from the papers: The lower edge does not count as background, since people are often cut off by it.
    Colours are modelled by kernel densities over the segments, which need no random start as mixtures of
    Gaussians do.  The weights of the first guess were fitted to outlines of 63 photos.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from deepart.errors import InputError
from deepart.images import fit, load_image

LEAST_DIFFERENCE = 4.0
"""Least difference of two segments in Lab; the eye distinguishes 2.3."""

_SIDE = 256  # of the longer side of the copy that is cut into segments
_LEAST_SIDE = 16  # of its shorter side, however long the picture
_EDGE_SIDE = 1024  # of the copy whose edges the mask follows; a larger mask is enlarged from there
_SEGMENTS = 400
_TEXTURE_WEIGHT = 12.0  # of the logarithm of contrast, beside the units of Lab
_COLOUR_WIDTH = 6.0  # of the kernels, in units of Lab
_CONTOUR_WIDTH = 12.0  # difference at which neighbours hardly hold together
_ROUNDS = 3
_NETWORK_SIDE = 320  # of the square that U2NETp sees
_MEAN, _DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])  # of ImageNet, for U2NETp
_RADIUS = 6
_SMOOTHNESS = 1e-3


@dataclass(frozen=True, slots=True)
class Segments:
    """The N segments of a picture.

    Attributes:
        labels: (H, W), the segment of each pixel.
        area: (N,), shares of the picture, adding up to 1.
        centre: (N, 2), y and x from -1 to 1.
        edge: (N,), pixels on the left, upper and right edge of the picture.
        look: (N, 4), of the mean colour and texture, in units of Lab.
        adjacent: (N, N), whether two touch.
        difference: (N, N), of their looks.
    """

    labels: np.ndarray
    area: np.ndarray
    centre: np.ndarray
    edge: np.ndarray
    look: np.ndarray
    adjacent: np.ndarray
    difference: np.ndarray


def subject(picture: Image.Image) -> Image.Image:
    """Return a mask "L" of the picture's size: white on its subject, black around it, soft on its outline.

    Raises:
        InputError: nothing stands out, as in a blank picture.
    """
    from scipy.ndimage import binary_fill_holes

    detailed, small = copies_of(picture)
    segments = segments_of(np.asarray(small))
    if segments.difference.max() < LEAST_DIFFERENCE:
        raise InputError("mask.no_subject")
    values = _standing_out(small)
    if values is None or values.max() < 0.5:
        values = _decide(segments, _first_guess(segments))[segments.labels]
        values = np.maximum(values, binary_fill_holes(values > 0.5))
    return along_edges(values, small, detailed).resize(picture.size, Image.Resampling.BILINEAR)


def object_at(picture: Image.Image, x: float, y: float) -> Image.Image:
    """Return a mask "L" of the picture's size, white on the object at a place.

    Args:
        x, y: from 0 to 1, from the left and from the top.

    Raises:
        InputError: the picture is of one colour.
    """
    from scipy.ndimage import label

    detailed, small = copies_of(picture)
    segments = segments_of(np.asarray(small))
    if segments.difference.max() < LEAST_DIFFERENCE:
        raise InputError("mask.no_subject")
    row, column = (min(int(place * side), side - 1) for place, side in ((y, small.height), (x, small.width)))
    values = _standing_out(small)
    if values is None or values[row, column] < 0.5:
        guess = _guess_from(segments, segments.labels[row, column])
        values = _decide(segments, guess)[segments.labels]
    pieces, _ = label(values > 0.5)
    values = values * (pieces == pieces[row, column])
    return along_edges(values, small, detailed).resize(picture.size, Image.Resampling.BILINEAR)


def copies_of(picture: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return two copies of a picture: one whose edges a mask follows, and one that is cut into segments."""
    detailed = load_image(fit(picture, _EDGE_SIDE), least_side=1)
    scale = min(1, _SIDE / max(detailed.size))
    size = [max(min(side, _LEAST_SIDE), round(side * scale)) for side in detailed.size]
    return detailed, detailed.resize(size, Image.Resampling.LANCZOS)


@functools.cache
def _network() -> Callable[[np.ndarray], np.ndarray] | None:
    """Return U2NETp, which maps (1, 3, 320, 320) to (1, 1, 320, 320); None if the extra is not installed."""
    package = importlib.util.find_spec("rembg")
    file = Path(package.origin).with_name("u2netp.onnx") if package and package.origin else None
    if not file or not file.is_file() or not importlib.util.find_spec("onnxruntime"):
        return None
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1  # 0.2 s on one; more would stand in the way of whoever is painting
    session = InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return lambda pixels: session.run(None, {session.get_inputs()[0].name: pixels})[0]


def _standing_out(picture: Image.Image) -> np.ndarray | None:
    """Return the network's saliency of each pixel, (H, W) in [0, 1]; None if it is not installed."""
    network = _network()
    if network is None:
        return None
    square = np.asarray(picture.resize((_NETWORK_SIDE,) * 2, Image.Resampling.LANCZOS), np.float32)
    pixels = ((square / max(square.max(), 1)) - _MEAN) / _DEVIATION
    seen = network(pixels.transpose(2, 0, 1)[None].astype(np.float32))[0, 0]
    return np.asarray(Image.fromarray(seen).resize(picture.size, Image.Resampling.BILINEAR)).clip(0, 1)


def segments_of(pixels: np.ndarray, labels: np.ndarray | None = None) -> Segments:
    """Cut an RGB picture (H, W, 3) of 8 bits into segments, or measure those that it is cut into, (H, W) from 0."""
    from scipy.ndimage import gaussian_filter
    from skimage.color import rgb2lab
    from skimage.segmentation import slic

    height, width = pixels.shape[:2]
    if labels is None:
        labels = slic(pixels, n_segments=_SEGMENTS, compactness=10, max_num_iter=8, start_label=0)
    else:
        labels = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)  # none is empty
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
    return Segments(
        labels=labels,
        area=num_pixels / labels.size,
        centre=np.stack([mean(y), mean(x)], axis=1),
        edge=np.bincount(edges, minlength=len(look)),
        look=look,
        adjacent=adjacent | adjacent.T,
        difference=np.linalg.norm(look[:, None] - look, axis=2),
    )


def _first_guess(segments: Segments) -> np.ndarray:
    """Return a first logit of each segment for belonging to the subject, (N,)."""
    kernels = np.exp(-((segments.difference / _COLOUR_WIDTH) ** 2) / 2)
    at_edges = kernels @ segments.edge / segments.edge.sum()
    anywhere = kernels @ segments.area
    likeness_to_edges = np.log(at_edges + 1e-3) - np.log(anywhere + 1e-3)
    y, x = segments.centre.T
    distance = np.sqrt(_distance(segments, np.flatnonzero(segments.edge)))
    return 0.36 * distance - 0.6 * likeness_to_edges - 1.2 * x**2 - 1.65 * y**2 - 1.15


def _guess_from(segments: Segments, at: int) -> np.ndarray:
    """Return a first logit of each segment for belonging to the object at segment `at`, (N,)."""
    likeness = np.exp(-((segments.difference[at] / _CONTOUR_WIDTH) ** 2) / 2)
    there, away = (np.sqrt(_distance(segments, places)) for places in ([at], np.flatnonzero(segments.edge)))
    apart = np.linalg.norm(segments.centre - segments.centre[at], axis=1)
    return 2 * likeness + 0.5 * (away - there) - 2 * apart


def _distance(segments: Segments, places: Sequence[int]) -> np.ndarray:
    """Return the least sum of differences on a path from each segment to one of `places`, (N,)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    steps = np.where(segments.adjacent, segments.difference, np.inf)
    usual = steps.min(1, initial=255, where=segments.adjacent).mean()  # steps of this size are not to add up
    steps = np.where(segments.adjacent, np.maximum(segments.difference - usual, 0) + 1e-6, 0)
    return dijkstra(csr_array(steps), directed=False, indices=places, min_only=True)


def _decide(segments: Segments, guess: np.ndarray) -> np.ndarray:
    """Return in [0, 1] how far each segment belongs to the subject, (N,), smoothed over similar neighbours."""
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


def along_edges(values: np.ndarray, small: Image.Image, detailed: Image.Image) -> Image.Image:
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

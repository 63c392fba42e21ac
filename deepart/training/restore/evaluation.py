"""Evaluate the restoration networks together with baselines.

Noise: CBSD68 with added Gaussian noise.  Holes: unseen paintings with free-form masks.  Colours: CBSD68 and unseen
paintings without theirs.  Enlarging: Set5, shrunk as `deepart.training.restore.upscaler` does.  Damage: see
`deepart.training.restore.damage_detector`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from skimage.color import rgb2lab, rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.restoration import denoise_nl_means

from deepart.images import to_pil, to_tensor
from deepart.models.vgg import VGGFeatures
from deepart.sheets import table_sheet
from deepart.training.restore.damage import free_form_mask
from deepart.training.restore.inpainter import hole_difference
from deepart.training.restore.upscaler import shrink

SIGMAS = (15, 25, 50)
"""Standard deviations of the added noise, of 255."""

SCALES = (2, 4)

HOLES = (0.05, 0.25)
"""Least and largest share of a picture that is missing."""

_TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")

Denoise = Callable[[np.ndarray, float], np.ndarray]
"""Takes a noisy picture, (H, W, 3) float32 about [0, 1], and the standard deviation of its noise; returns a clean one.
"""

Inpaint = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Takes a picture, (H, W, 3) uint8, and where it is missing, (H, W) bool; returns it filled, uint8."""

Enlarge = Callable[[np.ndarray, int], np.ndarray]
"""Takes a picture, (H, W, 3) uint8, and a scale; returns it so many times as large, uint8."""


@dataclass(frozen=True, slots=True)
class DenoisingScore:
    """Means over all pictures at one strength of noise."""

    method: str
    sigma: int
    psnr: float
    ssim: float


@dataclass(frozen=True, slots=True)
class InpaintingScore:
    """Means over all pictures, in the holes alone."""

    method: str
    psnr: float
    feature_distance: float
    """Mean absolute difference of a perceptual network's features, relative to their size, mean over its stages."""


Colourise = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Takes a grey picture and what it was, (H, W, 3) uint8 both; returns it in colours, uint8."""


@dataclass(frozen=True, slots=True)
class ColourScore:
    """Means over all pictures."""

    method: str
    psnr: float
    off: float
    """Distance of a* and b* from what they were, the root of its mean square."""
    colourfulness: float
    """Mean distance of a* and b* from grey, as a share of what it was."""


@dataclass(frozen=True, slots=True)
class EnlargingScore:
    """Means over all pictures at one scale, of the luma without a border as wide as the scale, by custom."""

    method: str
    scale: int
    psnr_y: float
    ssim_y: float


def evaluate_denoising(
    methods: dict[str, Denoise], pictures: Sequence[np.ndarray], sigmas: Sequence[int] = SIGMAS, seed: int = 0
) -> list[DenoisingScore]:
    """Add noise to clean pictures, (H, W, 3) uint8, and measure what each method gets back; the same noise for all."""
    scores = []
    for sigma in sigmas:
        values: dict[str, list[tuple[float, float]]] = {name: [] for name in methods}
        rng = np.random.default_rng(seed)
        for picture in pictures:
            clean = picture.astype(np.float32) / 255
            noisy = clean + sigma / 255 * rng.standard_normal(clean.shape, np.float32)
            for name, method in methods.items():
                values[name].append(likeness(clean, method(noisy, sigma / 255)))
        scores += [DenoisingScore(name, sigma, *map(float, np.mean(found, 0))) for name, found in values.items()]
    return scores


def likeness(clean: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Return PSNR in dB and SSIM of a picture, (H, W, 3), against the clean one, float32 in [0, 1]."""
    found = np.clip(found, 0, 1).astype(np.float32)
    psnr = peak_signal_noise_ratio(clean, found, data_range=1)
    return float(psnr), float(structural_similarity(clean, found, data_range=1, channel_axis=2))


def evaluate_inpainting(
    methods: dict[str, Inpaint], pictures: Sequence[np.ndarray], perceptual_network: VGGFeatures, seed: int = 0
) -> list[InpaintingScore]:
    """Cut free-form holes into pictures, (H, W, 3) uint8, and measure how each method fills them; the same for all."""
    device = next(perceptual_network.parameters()).device

    @torch.no_grad()
    def features(picture: np.ndarray) -> dict[str, torch.Tensor]:
        return perceptual_network(to_tensor(Image.fromarray(picture)).to(device), _TAPS)

    values: dict[str, list[tuple[float, float]]] = {name: [] for name in methods}
    for picture, holed, missing in _with_holes(pictures, seed):
        wanted, mask = features(picture), torch.from_numpy(missing)[None, None].float().to(device)
        for name, method in methods.items():
            filled = method(holed, missing)
            error = np.mean((filled[missing].astype(float) - picture[missing].astype(float)) ** 2)
            seen = features(filled)
            distance = np.mean([float(hole_difference(seen[tap], wanted[tap], mask)) for tap in _TAPS])
            values[name].append((float(10 * np.log10(255**2 / max(error, 1e-9))), distance))
    return [InpaintingScore(name, *map(float, np.mean(found, 0))) for name, found in values.items()]


def inpainting_sheet(methods: dict[str, Inpaint], pictures: Sequence[np.ndarray], seed: int = 0) -> Image.Image:
    """Return pictures of one size with the holes that `evaluate_inpainting` cuts, as each method fills them, whole."""
    rows = [
        [holed, *(method(holed, missing) for method in methods.values()), picture]
        for picture, holed, missing in _with_holes(pictures, seed)
    ]
    titles = [str(number + 1) for number in range(len(rows))]
    return table_sheet([[Image.fromarray(cell) for cell in row] for row in rows], titles, ["holes", *methods, "truth"])


def _with_holes(pictures: Sequence[np.ndarray], seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield each picture, itself with black holes, and where they are, (H, W) bool."""
    rng = np.random.default_rng(seed)
    for picture in pictures:
        missing = free_form_mask(picture.shape[:2], HOLES, rng)
        yield picture, np.where(missing[..., None], np.uint8(0), picture), missing


def evaluate_enlarging(
    methods: dict[str, Enlarge], pictures: Sequence[np.ndarray], scales: Sequence[int] = SCALES
) -> list[EnlargingScore]:
    """Shrink pictures, (H, W, 3) uint8 and lossless, and measure what each method makes of them."""
    scores = []
    for scale in scales:
        values: dict[str, list[tuple[float, float]]] = {name: [] for name in methods}
        for picture in pictures:
            h, w = (side // scale * scale for side in picture.shape[:2])
            truth = picture[:h, :w]
            small = np.asarray(to_pil(shrink(to_tensor(Image.fromarray(truth)), scale)))
            kept = slice(scale, -scale)
            wanted = rgb2ycbcr(truth)[kept, kept, 0]
            for name, method in methods.items():
                found = rgb2ycbcr(method(small, scale))[kept, kept, 0]
                psnr = peak_signal_noise_ratio(wanted, found, data_range=255)
                # As Wang et al. 2004, and MATLAB after them.
                ssim = structural_similarity(
                    wanted, found, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
                )
                values[name].append((psnr, ssim))
        scores += [EnlargingScore(name, scale, *map(float, np.mean(found, 0))) for name, found in values.items()]
    return scores


def evaluate_colours(methods: dict[str, Colourise], pictures: Sequence[np.ndarray]) -> list[ColourScore]:
    """Take the colours of pictures, (H, W, 3) uint8, away and measure what each method makes of them."""
    values: dict[str, list[tuple[float, float, float]]] = {name: [] for name in methods}
    for picture in pictures:
        grey = np.asarray(Image.fromarray(picture).convert("L").convert("RGB"))
        wanted = rgb2lab(picture)[..., 1:]
        for name, method in methods.items():
            coloured = method(grey, picture)
            found = rgb2lab(coloured)[..., 1:]
            off = float(np.sqrt(((found - wanted) ** 2).sum(-1).mean()))
            share = float(np.linalg.norm(found, axis=-1).mean() / max(np.linalg.norm(wanted, axis=-1).mean(), 1e-3))
            values[name].append((peak_signal_noise_ratio(picture, coloured), off, share))
    return [ColourScore(name, *map(float, np.mean(found, 0))) for name, found in values.items()]


# --- what a user would have otherwise --------------------------------------------------------------


def non_local_means(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Clean by non-local means (Buades et al. 2005), told how strong the noise is."""
    return denoise_nl_means(
        noisy, h=0.6 * sigma, sigma=sigma, fast_mode=True, patch_size=5, patch_distance=6, channel_axis=2
    )


def bicubic(small: np.ndarray, scale: int) -> np.ndarray:
    """Enlarge by the cubic convolution that every program offers (Keys 1981)."""
    height, width = small.shape[:2]
    return np.asarray(Image.fromarray(small).resize((width * scale, height * scale), Image.Resampling.BICUBIC))


def installed_denoisers() -> dict[str, Denoise]:
    """Return the baselines of denoising that are installed: non-local means always, BM3D with its package."""
    found: dict[str, Denoise] = {"no method": lambda noisy, sigma: noisy, "non-local means": non_local_means}
    try:
        import bm3d
    except ImportError:
        return found
    return found | {"BM3D": lambda noisy, sigma: bm3d.bm3d_rgb(noisy, sigma)}


def installed_inpainters() -> dict[str, Inpaint]:
    """Return the baselines of inpainting that are installed: OpenCV's two with the package opencv-python-headless."""
    try:
        import cv2
    except ImportError:
        return {}

    def inpainter(method: int) -> Inpaint:
        return lambda picture, missing: cv2.inpaint(picture, missing.astype(np.uint8), 3, method)

    return {"OpenCV Telea": inpainter(cv2.INPAINT_TELEA), "OpenCV Navier-Stokes": inpainter(cv2.INPAINT_NS)}

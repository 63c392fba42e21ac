"""How good the restoring networks are, with what a user would have otherwise in the same run.

Noise: CBSD68 with added Gaussian noise.  Holes: unseen paintings with free-form masks.  Enlarging: Set5.  Damage:
see `deepart.training.detector`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.restoration import denoise_nl_means

from deepart.images import to_tensor
from deepart.models.vgg import VGGFeatures
from deepart.training.damage import free_form_mask
from deepart.training.filler import hole_difference

SIGMAS = (15, 25, 50)
"""Deviations of the added noise, of 255."""

HOLES = (0.05, 0.25)
"""Least and largest share of a picture that is missing."""

_TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")

Denoiser = Callable[[np.ndarray, float], np.ndarray]
"""Takes a noisy picture, (H, W, 3) float32 about [0, 1], and the deviation of its noise; returns a clean one."""

Inpainter = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Takes a picture, (H, W, 3) uint8, and where it is missing, (H, W) bool; returns it filled, uint8."""


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
    """Mean absolute difference of a loss network's features, relative to their size, mean over its stages."""


def evaluate_denoising(
    methods: dict[str, Denoiser], pictures: Sequence[np.ndarray], sigmas: Sequence[int] = SIGMAS, seed: int = 0
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
                found = np.clip(method(noisy, sigma / 255), 0, 1).astype(np.float32)
                psnr = peak_signal_noise_ratio(clean, found, data_range=1)
                ssim = structural_similarity(clean, found, data_range=1, channel_axis=2)
                values[name].append((psnr, ssim))
        scores += [DenoisingScore(name, sigma, *map(float, np.mean(found, 0))) for name, found in values.items()]
    return scores


def evaluate_inpainting(
    methods: dict[str, Inpainter], pictures: Sequence[np.ndarray], judge: VGGFeatures, seed: int = 0
) -> list[InpaintingScore]:
    """Cut free-form holes into pictures, (H, W, 3) uint8, and measure how each method fills them; the same for all."""
    rng = np.random.default_rng(seed)
    values: dict[str, list[tuple[float, float]]] = {name: [] for name in methods}
    for picture in pictures:
        missing = free_form_mask(picture.shape[:2], HOLES, rng)
        mask = torch.from_numpy(missing)[None, None].float()
        with torch.no_grad():
            wanted = judge(to_tensor(Image.fromarray(picture)), _TAPS)
        for name, method in methods.items():
            filled = method(np.where(missing[..., None], 0, picture).astype(np.uint8), missing)
            error = np.mean((filled[missing].astype(float) - picture[missing].astype(float)) ** 2)
            with torch.no_grad():
                seen = judge(to_tensor(Image.fromarray(filled)), _TAPS)
            distance = np.mean([float(hole_difference(seen[tap], wanted[tap], mask)) for tap in _TAPS])
            values[name].append((float(10 * np.log10(255**2 / max(error, 1e-9))), distance))
    return [InpaintingScore(name, *map(float, np.mean(found, 0))) for name, found in values.items()]


# --- what a user would have otherwise --------------------------------------------------------------


def non_local_means(noisy: np.ndarray, sigma: float) -> np.ndarray:
    """Clean by non-local means (Buades et al. 2005), told how strong the noise is."""
    return denoise_nl_means(
        noisy, h=0.6 * sigma, sigma=sigma, fast_mode=True, patch_size=5, patch_distance=6, channel_axis=2
    )


def installed_denoisers() -> dict[str, Denoiser]:
    """Return the baselines of denoising that are installed: non-local means always, BM3D with its package."""
    found: dict[str, Denoiser] = {"no method": lambda noisy, sigma: noisy, "non-local means": non_local_means}
    try:
        import bm3d
    except ImportError:
        return found
    return found | {"BM3D": lambda noisy, sigma: bm3d.bm3d_rgb(noisy, sigma)}


def installed_inpainters() -> dict[str, Inpainter]:
    """Return the baselines of inpainting that are installed: OpenCV's two with the package opencv-python-headless."""
    try:
        import cv2
    except ImportError:
        return {}

    def inpainter(method: int) -> Inpainter:
        return lambda picture, missing: cv2.inpaint(picture, missing.astype(np.uint8), 3, method)

    return {"OpenCV Telea": inpainter(cv2.INPAINT_TELEA), "OpenCV Navier-Stokes": inpainter(cv2.INPAINT_NS)}

"""Training of the variational autoencoder: reconstruct pictures from normally distributed codes.

Evidence lower bound: Kingma & Welling 2014, https://arxiv.org/abs/1312.6114; its weight beta: Higgins et al. 2017;
free bits: Kingma et al. 2016, https://arxiv.org/abs/1606.04934.  The cyclic variant is asked to find a code again in
the picture that was painted from it, as CycleGAN is its photos (Zhu et al. 2017, https://arxiv.org/abs/1703.10593).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from deepart.models.generators.vae import PictureVAE
from deepart.training.generate.generator import SquareCrops
from deepart.training.loop import Batch, BatchSpec

PIXEL_STD = 0.1
"""Standard deviation of a pixel in [0, 1], which sets how exactly pictures are reconstructed at beta 1."""


class VAETraining:
    """Task of `deepart.training.loop.fit`.

    Args:
        beta: weight of the divergence of the codes from the normal distribution.
        free_bits: divergence of each number of the code, in nats, that costs nothing: so none is given up for good.
        cycle: weight of how badly codes are found again in what was painted from them; 0 for the plain VAE.
    """

    def __init__(
        self,
        network: PictureVAE,
        crops: SquareCrops,
        beta: float = 1.0,
        free_bits: float = 0.05,
        cycle: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.network = network
        self._crops, self._seed = crops, seed
        self._beta, self._free_bits, self._cycle = beta, free_bits, cycle

    def draw(self, spec: BatchSpec) -> Batch:
        """Return pictures (B, 3, side, side) in [0, 1], and normal noise (B, 2, z)."""
        config, generators = self.network.config, spec.generators(self._seed)
        noise = np.stack([rng.standard_normal((2, config.z), np.float32) for rng in generators])
        return self._crops.draw(config.side, generators)[0], torch.from_numpy(noise)

    def losses(self, batch: Batch, spec: BatchSpec) -> dict[str, Tensor]:
        """Return "reconstruction" and "divergence" for each number of a picture, "cycle" if asked for, and "total"."""
        x, noise = batch
        mean, log_variance = self.network.encode(x)
        painted = self.network(mean + (log_variance / 2).exp() * noise[:, 0])
        reconstruction = (painted - x).square().mean() / (2 * PIXEL_STD**2)
        divergence = divergence_of(mean, log_variance, self._free_bits) / x[0].numel()
        losses = {"reconstruction": reconstruction, "divergence": divergence}
        total = reconstruction + self._beta * divergence
        if self._cycle:
            losses["cycle"] = (self.network.encode(self.network(noise[:, 1]))[0] - noise[:, 1]).square().mean()
            total = total + self._cycle * losses["cycle"]
        return losses | {"total": total}


def divergence_of(mean: Tensor, log_variance: Tensor, free_bits: float = 0.0) -> Tensor:
    """Return the Kullback-Leibler divergence of codes, (B, z) each, from the normal distribution: nats of a picture.

    Args:
        free_bits: the least that counts of each of the z numbers.
    """
    each = (mean.square() + log_variance.exp() - 1 - log_variance).mean(0) / 2
    return each.clamp(min=free_bits).sum()

"""The generator engine: paints new pictures from genomes.

`ArtGenerator` paints genomes (see `genome`); `breeding`, `steering`, `walks` and `projection` work on genomes.

Pictures are painted one by one in float32: on one machine the result does not depend, bit for bit, on the number of
pictures.  With another number of threads, or on another processor, one value in a hundred thousand is one of 255 levels
off.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

import deepart
from deepart import runtime
from deepart.checkpoints import CHECKPOINTS, find, models
from deepart.errors import InputError, WeightsError
from deepart.hub import Report
from deepart.images import load_image, to_pil
from deepart.models.generators.generator import FeaturePatch
from deepart.options import Finish, GenerateOptions, Look
from deepart.recipes import Recipe, Setting, attach
from deepart.runtime import Progress
from deepart.sheets import Cell, contact_sheet
from deepart.tasks.generate import brushwork
from deepart.tasks.generate.breeding import patched
from deepart.tasks.generate.genome import ANY_STYLE, MASK_SIDE, START_SIDE, WHOLE, Genome, Start
from deepart.tasks.hub.generators import HUB_GENERATORS, load_hub_generator, load_own_generator, own_generators
from deepart.tasks.restore.bundled import enlarge_steps
from deepart.tasks.tiled import fetch_steps, patiently

if TYPE_CHECKING:
    from deepart.models.generators.fastgan import FastGAN
    from deepart.models.generators.generator import Generator as Network

DEFAULT_CHECKPOINT = "generate/fastgan-wikiart-v1"
_STYLE_STREAM = 1


def generator_of(checkpoint: str | Path) -> ArtGenerator:
    """Return the engine of a key, or of a path, whose network is loaded.

    Raises:
        InputError: there is no generator at that path.
        WeightsError: it is damaged.
    """
    if isinstance(checkpoint, Path):
        return ArtGenerator(f"own/{checkpoint.name}", load_own_generator(checkpoint, str(runtime.device())))
    return ArtGenerator(checkpoint)


def is_available() -> bool:
    """Return whether the bundled generator, or the owner's version of it, is on this machine."""
    if DEFAULT_CHECKPOINT not in CHECKPOINTS:
        return False
    try:
        row = find(DEFAULT_CHECKPOINT)
    except WeightsError:  # of the versions nothing can be known
        return False
    return (row.folder / row.file).is_file()


def random_seed() -> int:
    """Return a random seed that is short enough to be written down."""
    return secrets.randbelow(10**6)


@dataclass(slots=True)
class ArtGenerator:
    """The engine: paints genomes with one generator.

    Args:
        checkpoint: key of a bundled generator, of `deepart.tasks.hub.generators.HUB_GENERATORS`, or of one that the
            owner has put into `generators/` of the admin folder.
        loaded: used instead of the checkpoint's network, for one that has just been trained.
    """

    checkpoint: str = DEFAULT_CHECKPOINT
    loaded: Network | FastGAN | None = field(default=None, repr=False)

    @property
    def styles(self) -> tuple[str, ...]:
        """The available styles, "any" first; only "any" if the network knows no styles."""
        return ANY_STYLE, *self.network().styles

    @property
    def num_levels(self) -> int:
        """Number of rows of a genome, one for each level; 1 if the network has one row for all levels."""
        return self.network().num_codes

    @property
    def side(self) -> int:
        """Side in pixels of the network's pictures; see `side_of`."""
        return self.network().sizes[1]

    def network(self, report: Report | None = None) -> Network | FastGAN:
        """Return the network, loaded at most once; `report` is called with the progress of a download.

        Raises:
            InputError: the checkpoint is no generator.
            WeightsError: it is missing, damaged or out of reach.
        """
        if self.loaded is not None:
            return self.loaded
        device = str(runtime.device())
        if self.checkpoint in HUB_GENERATORS:
            return models.get(self.checkpoint, device, report=report, load=load_hub_generator)
        path = own_generators().get(self.checkpoint)
        if path is not None:
            key = f"{self.checkpoint} {path.stat().st_mtime_ns}"  # until another is put there
            return models.get(key, device, load=lambda *_, **__: load_own_generator(path, device))
        row = CHECKPOINTS.get(self.checkpoint)
        if self.checkpoint != DEFAULT_CHECKPOINT and (row is None or row.architecture != "Generator"):
            raise InputError("generate.not_a_generator", known=", ".join(generators()))
        return models.get(self.checkpoint, device)

    def load_steps(self) -> Generator[Progress, None, None]:
        """Load the network, as an engine; closing it ends a download, which can take minutes."""
        yield from fetch_steps(self.network, "progress.loading_generator")

    def born(
        self,
        seed: int,
        style: str = ANY_STYLE,
        truncation: float = 1.0,
        finish: Finish = "painted",
        genre: str | None = None,
    ) -> Genome:
        """Return the genome of a seed.

        Args:
            seed: the same seed gives the same picture.
            style: one of `styles`; "any" draws one by its share, determined by the seed.
            truncation: see `generate`.
            finish: "painted" shows a part of the layout in brushwork, both drawn by the seed, if the checkpoint has
                any.
            genre: draw brushwork, and the style if it is "any", from paintings of this genre, and show all of the
                layout.

        Raises:
            InputError: a setting is out of its range, or there is no such style.
            WeightsError: the checkpoint's brushwork is damaged.
        """
        GenerateOptions(seed=seed, truncation=truncation, finish=finish).check()
        seed = int(seed)
        z, _ = self.network().draw([seed])
        known = brushwork.find_brushwork(self.checkpoint)
        style = self._drawn_style(self.known_style(style), seed, known.shares_of(genre) if known and genre else {})
        known = known if finish == "painted" else None
        painted_by = known.seed_for(style, genre, seed) if known and genre else seed
        return Genome(
            self.checkpoint,
            latent=(tuple(z[0].tolist()),),
            styles=(((style, 1.0),),),
            noise=seed,
            truncation=float(truncation),
            brushwork=((painted_by, 1.0),) if known else (),
            window=brushwork.window_of(seed) if known and not genre else WHOLE,  # no subject is to be cut off
            seed=seed,
        )

    def _drawn_style(self, style: str, seed: int, weights: Mapping[str, float]) -> str:
        """Return a style; "any" is drawn by the seed, by the styles' shares times their weights, if given."""
        names = self.network().styles
        if style != ANY_STYLE or not names:
            return style
        shares = np.array(self.network().config.shares or [[1]] * len(names)).sum(1)
        weighted = shares * [weights.get(name, 0.0) for name in names]
        shares = weighted if weighted.any() else shares
        # Not from the seed alone: the latent is drawn from that.
        return str(np.random.default_rng((seed, _STYLE_STREAM)).choice(names, p=shares / shares.sum()))

    def known_style(self, style: str | None) -> str:
        """Return the name of a style, ignoring case; None is "any".

        Raises:
            InputError: there is no style with that name.
        """
        names = {name.casefold(): name for name in self.styles}
        name = names.get((style or ANY_STYLE).strip().casefold())
        if name is None:
            raise InputError("setting.choice", name="style", choices=", ".join(self.styles))
        return name

    def paint(self, genome: Genome, size: int | None = None) -> Image.Image:
        """Paint one picture, with its recipe in `info["deepart"]`.

        Args:
            size: one of the network's `sizes`; the larger if None.

        Raises:
            InputError: the genome does not fit the network.
        """
        with runtime.device_lock(), runtime.inference(full_precision=True):
            picture = to_pil(self.finished_tensor(genome, size=size))
        return attach(picture, self.recipe(genome))

    def finished_tensor(self, genome: Genome, noise: Sequence[Tensor] | None = None, size: int | None = None) -> Tensor:
        """Paint one picture, in its brushwork if it has any; (1, 3, `side_of(genome)`, ...) RGB in [0, 1].

        Args:
            noise: see `paint_tensor`.
            size: see `paint`; with brushwork, the size of the layout.

        Raises:
            InputError: the genome does not fit the network.
            WeightsError: the style network is missing or damaged.
        """
        layout = brushwork.windowed(self.paint_tensor(genome, noise, size), genome.shown)
        known = self._brushwork_of(genome)
        if known is None:
            return layout
        code = known.vector_of(genome)[None]
        painted = known.paint(layout, code)
        if not genome.patches:
            return painted
        # The style network sees all of a picture: what is outside the patches would change with what is inside.
        layout = self.paint_tensor(replace(genome, patches=()), noise, size)
        before = known.paint(brushwork.windowed(layout, genome.shown), code)
        return torch.lerp(before, painted, _patches_mask(genome, painted.shape[2:]))

    def side_of(self, genome: Genome, size: int | None = None) -> int:
        """Return the side of a picture in pixels; `size` as of `paint`."""
        return brushwork.SIDE if self._brushwork_of(genome) else size or self.side

    def _brushwork_of(self, genome: Genome) -> brushwork.Brushwork | None:
        return brushwork.find_brushwork(self.checkpoint) if genome.brushwork else None

    def paint_tensor(self, genome: Genome, noise: Sequence[Tensor] | None = None, size: int | None = None) -> Tensor:
        """Paint the layout of one picture, all of it, without brushwork; (1, 3, size, size) RGB in [0, 1].

        Args:
            noise: instead of the genome's, as of `noise_of`.
            size: see `paint`.

        Raises:
            InputError: the genome does not fit the network.
        """
        network = self.network()
        noise = self.noise_of(genome) if noise is None else noise
        if not genome.patches:
            return _started(network.paint(self.codes(genome), noise, size), genome.start)
        if self.num_levels == 1:
            raise InputError("generate.no_levels")
        patches = [
            FeaturePatch(
                self.codes(patch.genome),
                self.noise_of(patch.genome),
                brushwork.put_into_window(_mask(patch.mask), genome.shown),
            )
            for patch in genome.patches
        ]
        painted = network.paint(self.codes(genome), noise, size, patches)
        if genome.start is None:
            return painted
        # A region that is drawn anew is as free as can be.
        return torch.lerp(_started(painted, genome.start), painted, _patches_mask(genome, painted.shape[2:]))

    def codes(self, genome: Genome) -> Tensor:
        """Return the network's codes of a genome, (1, L, z).

        Raises:
            InputError: the genome is for another network.
        """
        network = self.network()
        known = {*self.styles}
        fits = (
            genome.checkpoint == self.checkpoint
            and all(len(row) == network.config.z for row in genome.latent)
            and {len(genome.latent), len(genome.styles)} <= {1, self.num_levels}
            and all(name in known for shares in genome.styles for name, _ in shares)
        )
        if not fits:
            raise InputError("generate.other_network")
        device = runtime.device()
        z = torch.tensor([genome.rows(self.num_levels)], device=device)
        return network.codes(z, self._style_weights(genome).to(device), genome.truncation)

    def noise_of(self, genome: Genome) -> list[Tensor]:
        """Return the noise of a genome, see `Generator.draw_noise`."""
        return [part.to(runtime.device()) for part in self.network().draw([genome.noise])[1]]

    def _style_weights(self, genome: Genome) -> Tensor:
        places = {name: place for place, name in enumerate((*self.network().styles, ANY_STYLE))}
        weights = torch.zeros(1, self.num_levels, len(places))
        for level, shares in enumerate(genome.shares(self.num_levels)):
            for name, share in shares:
                weights[0, level, places[name]] += share
        return weights

    def steps(
        self, genomes: Sequence[Genome], *, upscale: int = 1, look: Look = "faithful"
    ) -> Generator[Progress, None, list[Image.Image]]:
        """Paint pictures, as an engine: yields `Progress` with each as a preview, returns the pictures.

        Raises:
            InputError: a genome does not fit the network, or there is no such scale or look.
        """
        GenerateOptions(upscale=upscale, look=look).check()
        upscale = int(upscale)
        pictures: list[Image.Image] = []
        for genome in genomes:
            done = Progress(len(pictures), len(genomes), "progress.painting")
            picture = yield from patiently(partial(self.paint, genome), done)
            if upscale > 1:
                enlarged = yield from enlarge_steps(load_image(picture), upscale, look)
                picture = attach(enlarged, self.recipe(genome, upscale=upscale, look=look))
            pictures.append(picture)
            yield Progress(len(pictures), len(genomes), "progress.painting", picture)
        return pictures

    def recipe(self, genome: Genome, verb: str = "generate", **settings: Setting) -> Recipe:
        """Return the recipe of a picture, which contains its genome for `genome_of`."""
        facts: dict[str, Setting] = {"style": genome.style, "truncation": genome.truncation, "origin": genome.origin}
        if genome.start:
            facts["freedom"] = genome.start.freedom
        if known := self._brushwork_of(genome):
            facts |= {"finish": "painted", "painter": known.painter}
        return Recipe(
            verb=verb,
            version=deepart.__version__,
            checkpoint=self.checkpoint,
            checkpoint_sha256=self._sha256(),
            settings={**facts, **settings, "genome": genome.to_json()},
            seed=genome.seed,
        )

    def _sha256(self) -> str:
        if self.checkpoint in CHECKPOINTS:
            return find(self.checkpoint).sha256
        return getattr(self.network(), "sha256", "")


def patch_region(engine: ArtGenerator, genome: Genome, mask: Image.Image, seed: int, keep: bool = True) -> Genome:
    """Return a genome in which a region stays and the rest is drawn anew from `seed`, or the reverse.

    Args:
        mask: the region, "L", white inside.
        keep: whether the region stays; otherwise the region is drawn anew and the rest stays.

    Raises:
        InputError: the network cannot combine pictures.
    """
    if engine.num_levels == 1:
        raise InputError("generate.no_levels")
    anew = mask.point([255 - value for value in range(256)]) if keep else mask
    other = engine.born(seed, ANY_STYLE, genome.truncation, "plain")
    return patched(genome, replace(other, styles=genome.styles), anew)


def picture_sheet(pictures: Sequence[Image.Image], captions: Sequence[str], columns: int | None = None) -> Image.Image:
    """Return pictures on one sheet, each with its caption."""
    return contact_sheet([Cell(*pair) for pair in zip(pictures, captions)], columns)


def generators() -> list[str]:
    """Return the keys of all generators, the bundled ones first."""
    bundled = [key for key, row in CHECKPOINTS.items() if row.architecture == "Generator"]
    return [*bundled, *HUB_GENERATORS, *own_generators()]


def _started(layout: Tensor, start: Start | None) -> Tensor:
    """Return a layout (1, 3, S, S) merged with the picture that it starts from.

    Coarse structure, the coarser the freer, comes from the picture; finer structure comes from the layout, and is
    fainter the closer the result is to be. In the freer half of the range the layout also contributes coarse structure.
    """
    if start is None:
        return layout
    pixels = torch.frombuffer(bytearray(start.pixels), dtype=torch.uint8).to(layout)
    picture = pixels.view(1, START_SIDE, START_SIDE, 3).permute(0, 3, 1, 2) / 255
    side = max(1, round(START_SIDE ** (1 - start.freedom)))

    def coarse(x: Tensor) -> Tensor:
        for s in (side, layout.shape[-1]):
            x = F.interpolate(x, (s, s), mode="bicubic", antialias=True, align_corners=False)
        return x

    held, detail = min(1.0, 2 - 2 * start.freedom), min(1.0, 2 * start.freedom)
    own = coarse(layout)
    return (torch.lerp(own, coarse(picture), held) + detail * (layout - own)).clamp(0, 1)


def _patches_mask(genome: Genome, size: torch.Size) -> Tensor:
    """Return the mask of a genome's patches, (1, 1, H, W) in [0, 1]."""
    mask = torch.stack([_mask(patch.mask) for patch in genome.patches]).amax(0)
    return F.interpolate(mask, size, mode="bilinear").clamp(0, 1)


def _mask(mask: bytes) -> Tensor:
    x = torch.frombuffer(bytearray(mask), dtype=torch.uint8).float() / 255
    return x.view(1, 1, MASK_SIDE, MASK_SIDE).to(runtime.device())

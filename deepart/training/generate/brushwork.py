"""What the paintings of each style are painted like, for `deepart.tasks.generate.brushwork`."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from deepart.runtime import Progress
from deepart.tasks.generate.brushwork import Brushwork
from deepart.tasks.paint.engine import StyleTransfer
from deepart.training.catalogue import read_catalogue
from deepart.training.data import PictureStore, is_held_out
from deepart.training.generate.generator import shown_truly
from deepart.training.generate.subjects import with_genres

NUMBERS = 96
"""That a painting's code is kept in: its principal components."""


def read_brushwork(folder: Path, cache: Path, most: int, seed: int = 0) -> Generator[Progress, None, Brushwork]:
    """Read the codes of a folder's paintings, as an engine; those that are kept for measuring are left out.

    Raises:
        InputError: there is no catalogue.
    """
    paintings = [painting for painting in shown_truly(read_catalogue(folder)) if not is_held_out(painting.path)]
    pictures = PictureStore([painting.path for painting in paintings], cache)
    paintings = with_genres(paintings, pictures, cache)
    styles, genres = ([getattr(painting, name) for painting in paintings] for name in ("style", "genre"))
    return (yield from brushwork_steps(StyleTransfer(), pictures, styles, most, seed=seed, genres=genres))


def brushwork_steps(
    engine: StyleTransfer,
    pictures: PictureStore | Sequence[np.ndarray],
    styles: Sequence[str],
    most: int = 100,
    numbers: int = NUMBERS,
    seed: int = 0,
    genres: Sequence[str] = (),
) -> Generator[Progress, None, Brushwork]:
    """Read the style codes of paintings, as an engine: yields `Progress`, returns what is kept of them.

    Args:
        pictures: (H, W, 3) uint8 RGB.
        styles: theirs.
        most: paintings of each style, drawn by chance.
        numbers: kept of each.
        genres: what they show, if that is known.
    """
    order = np.random.default_rng(seed).permutation(len(pictures)).tolist()
    chosen = [place for style in sorted(set(styles)) for place in [p for p in order if styles[p] == style][:most]]
    codes = []
    for done, place in enumerate(chosen):
        yield Progress(done, len(chosen), "progress.reading_style")
        codes.append(engine.encode(Image.fromarray(np.asarray(pictures[place]))).vector)
    codes = torch.stack(codes)
    mean, spread = codes.mean(0), codes.std(0).clamp(min=1e-3)
    left, sizes, right = torch.linalg.svd((codes - mean) / spread, full_matrices=False)
    points, basis = (left * sizes)[:, :numbers], right[:numbers] * spread
    styles, genres = (tuple(each[place] for place in chosen if each) for each in (styles, genres))
    return Brushwork(engine.checkpoint, mean, basis, points, styles, genres)

"""Undamaged artworks of all kinds come back from "auto" as they were, or nearly."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from artworks import artworks
from deepart.tasks.restore.restore import restore

ARTWORKS = list(artworks())


def test_the_corpus_is_of_thirty_pictures() -> None:
    assert len(ARTWORKS) == 30 == len({np.asarray(picture).tobytes() for _, picture in ARTWORKS})


@pytest.mark.parametrize(("name", "artwork"), ARTWORKS, ids=[name for name, _ in ARTWORKS])
def test_an_undamaged_artwork_is_not_harmed(name: str, artwork: Image.Image) -> None:
    before, after = (np.asarray(image) for image in (artwork, restore(artwork, colour="auto", damage="ask")))
    assert np.array_equal(before, after) or peak_signal_noise_ratio(before, after) >= 40

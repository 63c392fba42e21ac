"""Morphs: from one style to the next without a jump, as a film and as a strip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepart import runtime
from deepart.__main__ import main
from deepart.errors import InputError
from deepart.images import load_image, png_bytes
from deepart.options import MorphOptions, PaintOptions
from deepart.recipes import Recipe, recipe_of
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.paint.morph import morph_steps, strip_steps
from deepart.tasks.paint.transfer import transfer
from photos import photo

STYLES = ["starry-night", "the-scream"]


def morph(out: Path, styles: list[str], film: MorphOptions) -> list[Image.Image]:
    """Paint a film, and return its frames as they are shown."""
    av = pytest.importorskip("av")
    assert runtime.run(morph_steps(photo("coffee", 96), styles, film, side=96, out=out)) == out
    with av.open(str(out)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def difference(a: Image.Image, b: Image.Image) -> float:
    """Return the mean difference at half the size, at which video has its colours."""
    return float(np.abs(np.asarray(a.reduce(2), np.float32) - np.asarray(b.reduce(2), np.float32)).mean())


def test_a_film_goes_from_the_first_style_to_the_last_without_a_jump(tmp_path: Path) -> None:
    frames = morph(tmp_path / "a.mp4", STYLES, MorphOptions(8, 3))
    assert len(frames) == 3 + 8 + 3
    first, last = (transfer(photo("coffee", 96), style) for style in STYLES)
    assert difference(frames[0], first) < 4 and difference(frames[-1], last) < 4
    way = difference(first, last)
    steps = [difference(a, b) for a, b in zip(frames[2:], frames[3:-2])]
    assert way > 20 and max(steps) < way / 3
    # It starts and ends slowly.
    assert max(steps[0], steps[-1]) < 0.6 * max(steps)
    assert max(difference(a, b) for a, b in zip(frames[:3], frames[1:3])) < 2


def test_a_loop_comes_back_to_where_it_began(tmp_path: Path) -> None:
    frames = morph(tmp_path / "a.mp4", [*STYLES, "great-wave"], MorphOptions(5, 1, loop=True))
    assert len(frames) == 3 * (1 + 5)
    steps = [difference(a, b) for a, b in zip(frames, frames[1:] + frames[:1])]
    assert steps[-1] < 0.6 * max(steps)


def test_the_recipe_is_the_comment_of_the_file(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    film = MorphOptions(2, 1, strength=0.5)
    for suffix in ("mp4", "gif"):
        runtime.run(morph_steps(photo("coffee", 96), STYLES, film, side=96, out=tmp_path / f"a.{suffix}"))
    with av.open(str(tmp_path / "a.mp4")) as container:
        in_mp4 = container.metadata["comment"]
    with Image.open(tmp_path / "a.gif") as file:
        assert file.n_frames == 4
        assert file.info["comment"].decode() == in_mp4
    recipe = Recipe.from_json(in_mp4)
    expected = {"style_1": "starry-night", "style_2": "the-scream", "strength": 0.5, "frames_between": 2}
    assert recipe.verb == "morph" and expected.items() <= recipe.settings.items()
    assert [ingredient.role for ingredient in recipe.ingredients] == ["content"]


def test_the_picture_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    prepare = StyleTransfer.prepare
    monkeypatch.setattr(
        StyleTransfer,
        "prepare",
        lambda self, picture, brush: (looks.append(picture.size), prepare(self, picture, brush))[1],
    )
    runtime.run(morph_steps(photo("coffee", 96), STYLES, MorphOptions(4, 1), side=64, out=tmp_path / "a.webp"))
    assert looks == [(64, 64)]


def test_it_can_be_stopped_and_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = morph_steps(photo("coffee", 96), STYLES, MorphOptions(4, 1), side=96, out=tmp_path / "a.gif")
    while next(engine).note != "progress.painting":
        pass
    next(engine)
    engine.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("styles", "settings", "key"),
    [
        (STYLES[:1], {}, "setting.number_of_styles"),
        (STYLES * 4, {}, "setting.number_of_styles"),
        (STYLES, {"film": MorphOptions(frames_between=121)}, "setting.range"),
        (STYLES, {"film": MorphOptions(hold=0)}, "setting.range"),
        (STYLES, {"side": 641}, "setting.range"),
        (STYLES, {"film": MorphOptions(strength=-1)}, "setting.range"),
        (STYLES, {"options": PaintOptions(colour="blue")}, "setting.choice"),
        (STYLES, {"out": "film.avi"}, "animation.format"),
        (STYLES * 3, {"out": "film.gif", "film": MorphOptions(120), "side": 512}, "animation.too_large"),
    ],
)
def test_refusals_come_before_the_painting(
    styles: list[str], settings: dict, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StyleTransfer, "repaint", lambda *arguments: pytest.fail("something was painted"))
    out = tmp_path / settings.pop("out", "film.webp")
    with pytest.raises(InputError) as caught:
        runtime.run(morph_steps(photo("coffee", 96), styles, out=out, **settings))
    assert caught.value.key == key
    assert list(tmp_path.iterdir()) == []


def test_a_strip_has_the_styles_at_its_ends() -> None:
    content = photo("coffee", 96)
    strip = runtime.run(strip_steps(content, STYLES, 5, side=96))
    gap = (strip.width - 5 * 96) // 6
    cells = [strip.crop((left, gap, left + 96, gap + 96)) for left in range(gap, strip.width - 96, 96 + gap)]
    assert len(cells) == 5
    first, last = (transfer(content, style) for style in STYLES)
    assert difference(cells[0], first) < 2 and difference(cells[-1], last) < 2
    to_first = [difference(cell, cells[0]) for cell in cells]
    assert to_first == sorted(to_first)
    assert recipe_of(strip).settings["cells"] == 5


def test_the_command_paints_a_film_or_a_strip(tmp_path: Path, capsys) -> None:
    (tmp_path / "photo.png").write_bytes(png_bytes(photo("coffee", 96)))
    arguments = ["morph", str(tmp_path / "photo.png"), *STYLES, "--side", "64", "-o"]
    assert main([*arguments, str(tmp_path / "a.gif"), "--frames", "2", "--hold", "1"]) == 0
    with Image.open(tmp_path / "a.gif") as film:
        assert (film.size, film.n_frames) == ((64, 64), 4)
    assert main([*arguments, str(tmp_path / "a.png"), "--cells", "4"]) == 0
    assert load_image(tmp_path / "a.png").width > 4 * 64
    assert main([*arguments, str(tmp_path / "a.avi")]) == 2
    assert ".mp4, .gif, .webp" in capsys.readouterr().err

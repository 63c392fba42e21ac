"""Films: what goes in comes out painted, as long, at an even pace, steadily, with its sound; nothing is unbounded."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import deepart
from deepart.errors import InputError
from deepart.options import FilmOptions, PaintOptions
from deepart.recipes import Recipe
from deepart.runtime import run
from deepart.tasks import films
from deepart.tasks.animation import read_comment
from deepart.tasks.films import open_film
from deepart.tasks.paint.engine import StyleTransfer
from deepart.tasks.paint.film import film_steps
from deepart.tasks.paint.gallery import named_style_code
from photos import photo

SIZE = (192, 128)
STYLE = "starry-night"


def frames(count: int) -> list[Image.Image]:
    """A photo, over whose right half a white square comes down."""
    still = photo("chelsea", 300).resize(SIZE)
    made = []
    for number in range(count):
        frame = still.copy()
        frame.paste("white", (140, 10 * number, 180, 10 * number + 40))
        made.append(frame)
    return made


def gif(path: Path, milliseconds: list[int]) -> Path:
    first, *others = (frame.quantize(64) for frame in frames(len(milliseconds)))
    first.save(path, save_all=True, append_images=others, duration=milliseconds, loop=0)
    return path


def video(path: Path, sound: str = "aac", count: int = 8, fps: int = 8) -> Path:
    """A film that lasts a second, with a tone of 440 Hz from 0.5 s on."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w", format="matroska" if path.suffix == ".webm" else "mp4") as container:
        pictures = container.add_stream("libx264", rate=fps)
        pictures.width, pictures.height, pictures.pix_fmt = *SIZE, "yuv420p"
        track = container.add_stream(sound, rate=48_000)
        for frame in frames(count):
            container.mux(pictures.encode(av.VideoFrame.from_image(frame)))
        container.mux(pictures.encode())
        times = np.arange(48_000) / 48_000
        tone = (0.5 * np.sin(2 * np.pi * 440 * times) * (times > 0.5)).astype(np.float32)
        for first in range(0, len(tone), 960):
            heard = av.AudioFrame.from_ndarray(tone[None, first : first + 960], format="fltp", layout="mono")
            heard.sample_rate, heard.pts = 48_000, first
            container.mux(track.encode(heard))
        container.mux(track.encode())
    return path


@pytest.mark.parametrize(("name", "sound"), [("a.mp4", "aac"), ("a.webm", "libopus")])
def test_a_video_is_painted_as_long_as_it_was_and_keeps_its_sound(name: str, sound: str, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    source, out = video(tmp_path / name, sound), tmp_path / "painted.mp4"
    notes = set()
    deepart.film(source, STYLE, out, side=128, on_progress=lambda step: notes.add(step.note))
    assert notes == {f"progress.{note}" for note in ("reading_film", "reading_style", "painting", "saving")}
    with av.open(str(out)) as container:
        painted = [frame.to_image() for frame in container.decode(video=0)]
    assert [each.size for each in painted] == [(128, 86)] * 8
    difference = np.abs(np.asarray(painted[0], float) - np.asarray(frames(1)[0].resize((128, 86)), float)).mean()
    assert difference > 20  # it was painted
    with av.open(str(out)) as container:
        rate = container.streams.audio[0].codec_context.sample_rate
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert abs(len(heard) / rate - 1) < 0.1
    early, late = heard[: int(0.4 * rate)], heard[int(0.6 * rate) : int(0.9 * rate)]
    assert np.abs(early).max() < 0.05 < np.sqrt(np.square(late).mean())  # at its time, too
    recipe = Recipe.from_json(read_comment(out) or "")
    assert (recipe.verb, recipe.settings["style"], recipe.settings["frames"]) == ("film", STYLE, 8)


def test_what_does_not_move_does_not_flicker() -> None:
    """A light that goes on in one corner changes the statistics of its frame, and with them all of the painting."""
    dark, light = photo("chelsea", 300).resize((448, 320)), photo("chelsea", 300).resize((448, 320))
    light.paste("white", (320, 0, 448, 160))
    engine = StyleTransfer()
    code = named_style_code(engine.checkpoint, STYLE)
    steady = run(engine.steady([dark, light], code))

    def change(paint) -> float:
        """Return how much the left side, far from the light, differs between the two frames."""
        a, b = (np.asarray(paint(frame).crop((0, 0, 128, 320)), float) for frame in (dark, light))
        return float(np.abs(a - b).mean())

    alone = change(lambda frame: run(engine.steps(frame, code)))
    assert change(steady.paint) < 0.2 * alone


def test_pictures_that_are_shown_for_longer_are_painted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = gif(tmp_path / "a.gif", [100, 300, 100, 100])
    found = open_film(source)
    assert (found.seconds, found.fps, found.num_frames) == (pytest.approx(0.6), 7, 4)
    monkeypatch.setattr(films, "_whole_rate", lambda rate: 10)
    given = list(open_film(source).frames((96, 64)))
    assert [any(each is other for other in given[:number]) for number, each in enumerate(given)] == [
        *(False, False, True, True, False, False)
    ]
    deepart.film(source, STYLE, tmp_path / "b.webp", side=128)
    with Image.open(tmp_path / "b.webp") as painted:
        assert painted.size == (128, 86)
        lengths = []
        for number in range(painted.n_frames):
            painted.seek(number)
            painted.load()
            lengths.append(painted.info["duration"])
    assert lengths == [100, 300, 100, 100]


def test_strength_0_leaves_a_film_as_it_is(tmp_path: Path) -> None:
    source = gif(tmp_path / "a.gif", [100, 100])
    deepart.film(source, STYLE, tmp_path / "b.gif", 0, side=192)
    with Image.open(tmp_path / "b.gif") as painted:
        difference = np.abs(np.asarray(painted.convert("RGB"), float) - np.asarray(frames(1)[0], float))
    assert difference.mean() < 12  # what two palettes take away


def test_a_program_gets_the_film_of_the_kind_that_it_asks_for(tmp_path: Path) -> None:
    pytest.importorskip("gradio")
    from deepart.ui.transfer.film_endpoint import FilmRequest, film_endpoint, film_to

    source = str(gif(tmp_path / "a.gif", [100, 100]))
    values = {"content": source, "style": None, "style_name": STYLE, "kind": "webp"} | asdict(FilmOptions(side=128))
    *meanwhile, last = film_endpoint(values, None)
    assert set(meanwhile) == {None} and Path(last).name == "deepart-film.webp"
    for wanted, key in (
        (FilmRequest(None, STYLE, "mp4"), "film.missing"),
        (FilmRequest(source, None, "mp4"), "style.missing"),
        (FilmRequest(source, STYLE, "avi"), "setting.choice"),
    ):
        with pytest.raises(InputError) as caught:
            next(film_to(tmp_path, wanted))
        assert caught.value.key == key


def test_the_page_paints_a_film_as_its_other_settings_say(tmp_path: Path) -> None:
    gr = pytest.importorskip("gradio")
    from deepart.ui.controls import in_order, option_controls
    from deepart.ui.transfer.film_panel import build_film_panel
    from handlers import Page

    def build() -> None:
        style = gr.Image(elem_id="own-style", type="filepath")
        strength = gr.Slider(0, 1, 1, elem_id="strength")
        options = in_order(option_controls("transfer", PaintOptions.settings()))
        build_film_panel(gr.State(STYLE), style, strength, options)

    page = Page(build, tmp_path)
    page.do("film-run", "click")
    assert len(page.toasts) == 1  # there is no film yet
    page["film-file"] = str(gif(tmp_path / "a.gif", [100, 100]))
    page["film-kind"], page["strength"], page["transfer-colour"] = "webp", 0.5, "luminance"
    page.do("film-run", "click")
    recipe = Recipe.from_json(read_comment(page["film-animation"]) or "")
    assert (recipe.settings["strength"], recipe.settings["colour"]) == (0.5, "luminance")
    assert page["film-download"] and page["film-progress"] == "" and len(page.toasts) == 1


def test_what_is_no_film_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, **settings) -> str:
        with pytest.raises(InputError) as caught:
            run(film_steps(path, STYLE, FilmOptions(**settings), out=tmp_path / "out.gif"))
        return caught.value.key

    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(400))
    frames(1)[0].save(tmp_path / "still.gif")
    assert refused(tmp_path / "list.mp4") == "film.unreadable"
    assert refused(tmp_path / "missing.mp4") == "film.unreadable"
    assert refused(tmp_path / "broken.mp4") == "film.damaged"
    assert refused(tmp_path / "still.gif") == "film.still"
    assert refused(gif(tmp_path / "long.gif", [12_000, 12_000])) == "film.too_long"
    assert refused(gif(tmp_path / "a.gif", [100, 100]), side=2000) == "setting.range"
    monkeypatch.setattr(films, "_MOST_PIXELS", 40_000)
    assert refused(tmp_path / "a.gif") == "film.too_large"
    cut = video(tmp_path / "cut.mp4").read_bytes()
    monkeypatch.setattr(films, "_MOST_PIXELS", 10**9)
    monkeypatch.setattr(films, "_MOST_FRAMES", 4)
    assert refused(tmp_path / "cut.mp4") == "film.too_large"
    monkeypatch.undo()
    (tmp_path / "cut.mp4").write_bytes(cut[: len(cut) // 2])
    assert refused(tmp_path / "cut.mp4") == "film.damaged"
    assert not (tmp_path / "out.gif").exists()

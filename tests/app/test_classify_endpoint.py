"""What programs can ask of `/classify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

import deepart
from deepart.checkpoints import WEIGHTS, models
from deepart.images import load_image
from deepart.tasks.classify import evidence
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT, Answer, ArtworkClassifier, Classification
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT as PAINTER
from deepart.text import say
from pictures import BAD_PICTURES
from running_app import TIMEOUT

Photo = Callable[[str], Path]
PAINTING = WEIGHTS / PAINTER / "gallery" / "great-wave.webp"


def classify(client: Client, picture: Path | None, **arguments: object) -> dict[str, Any]:
    """Return the answer."""
    file = handle_file(str(picture)) if picture else None
    return client.submit(picture=file, **arguments, api_name="/classify").result(TIMEOUT)


def refusal(client: Client, picture: Path | None, **arguments: object) -> str:
    """Return the sentence that a request is refused with."""
    with pytest.raises(AppError) as caught:
        classify(client, picture, **arguments)
    return str(caught.value)


def test_answers_as_the_library_does(client: Client) -> None:
    answer = classify(client, PAINTING)
    expected = deepart.classify(PAINTING)
    assert answer.items() >= json.loads(json.dumps(expected.as_json())).items()
    encoded = ArtworkClassifier().encode(load_image(PAINTING))
    assert [work["title"] for work in answer["nearest"]] == [work.title for work in evidence.nearest(encoded, 5)]
    assert [conflict["labels"] for conflict in answer["conflicts"]] == [
        list(conflict.labels) for conflict in evidence.conflicts(expected)
    ]


def test_answer_keeps_its_contract(client: Client) -> None:
    answer = classify(client, PAINTING)
    heads = {"style", "artist", "genre"}
    assert set(answer) == {*heads, "known", "artwork", *(f"{head}_set" for head in heads), "checkpoint"} | {
        "sureness",
        "conflicts",
        "nearest",
    }
    labels = models.get(DEFAULT_CHECKPOINT).labels
    for head in heads:
        probabilities = [each["probability"] for each in answer[head]]
        assert len(probabilities) == 5 and probabilities == sorted(probabilities, reverse=True)
        assert {each["label"] for each in answer[head]} | set(answer[f"{head}_set"]) <= set(labels[head])
        assert answer[f"{head}_set"][0] == answer[head][0]["label"]
    assert answer["checkpoint"] == DEFAULT_CHECKPOINT
    for work in answer["nearest"]:
        assert set(work) == {"title", "artist", "year", "style", "genre", "distance", "percentile"}
        assert 0 <= work["percentile"] <= 101 and -0.001 <= work["distance"] <= 2


def test_photo_and_blank_page_are_not_known(client: Client, photo: Photo, tmp_path: Path) -> None:
    Image.new("RGB", (600, 800), "white").save(tmp_path / "blank.png")
    for picture in (photo("coffee.png"), tmp_path / "blank.png"):
        assert classify(client, picture)["known"] is False


@pytest.mark.parametrize("kind", ["text", "empty", "png that ends early", "gif of 2000 frames", "one pixel"])
def test_bad_picture_is_refused_in_a_sentence(client: Client, tmp_path: Path, kind: str) -> None:
    data, key = BAD_PICTURES[kind]
    bad = tmp_path / "bad.png"
    bad.write_bytes(data)
    assert refusal(client, bad) == say(key, frames=1000, width=1, height=1, least=32)


def test_line_of_pixels_and_no_picture_are_refused(client: Client, tmp_path: Path) -> None:
    Image.new("RGB", (300, 1)).save(tmp_path / "line.png")
    assert refusal(client, tmp_path / "line.png") == say("picture.too_small", width=300, height=1, least=32)
    assert refusal(client, None) == say("artwork.missing")


def test_model_of_the_hub_is_asked_by_name(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app on its own machine takes any repository, a server only those that it offers."""

    class Stranger:
        def __init__(self, name: str) -> None:
            self.name = name

        def __call__(self, picture: Image.Image) -> Classification:
            answers = {"label": (Answer("=<b>tabby</b>", 1.0),)}
            return Classification(answers, {}, True, checkpoint=self.name)

    monkeypatch.setattr("deepart.ui.classify.request.open_classifier", Stranger)
    answer = classify(client, PAINTING, model="somebody/cats")
    assert answer["label"] == [{"label": "=<b>tabby</b>", "probability": 1.0}]
    assert (answer["checkpoint"], answer["nearest"], answer["conflicts"]) == ("somebody/cats", [], [])
    monkeypatch.setattr("deepart.ui.classify.request.any_repository", lambda: False)
    assert refusal(client, PAINTING, model="somebody/cats").startswith("The setting “model” must be one of: ")


def test_file_of_the_server_is_no_picture(app_url: str, client: Client) -> None:
    def last_event(path: str) -> str:
        address = f"{app_url}/gradio_api/call/classify"
        data = [{"path": path, "meta": {"_type": "gradio.FileData"}}, None]
        asked = httpx.post(address, json={"data": data}, timeout=TIMEOUT)
        events = httpx.get(f"{address}/{asked.json()['event_id']}", timeout=TIMEOUT).text
        return [line for line in events.splitlines() if line.startswith("event: ")][-1]

    with open(PAINTING, "rb") as file:
        (uploaded,) = httpx.post(f"{app_url}/gradio_api/upload", files={"files": file}, timeout=TIMEOUT).json()
    assert last_event(uploaded) == "event: complete"
    assert last_event(str(PAINTING)) == "event: error"

"""What a person does in the Classify tab, in a real browser."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from torch import Tensor

import deepart
from deepart.art_labels import label_name
from deepart.checkpoints import WEIGHTS
from deepart.tasks.classify.classify import ArtworkClassifier, Classification
from deepart.tasks.paint.engine import DEFAULT_CHECKPOINT as PAINTER
from deepart.text import say
from pictures import BAD_PICTURES
from running_app import TIMEOUT
from tabs import close_toast, open_drawers, open_tab

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect, Page = sync_api.expect, sync_api.Page

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
Photo = Callable[[str], Path]

GALLERY = WEIGHTS / PAINTER / "gallery"
VERDICT = "#classify-verdict"
expect.set_options(timeout=1000 * TIMEOUT)


@pytest.fixture
def new_tab(new_page: NewPage) -> NewPage:
    """Opens the Classify tab as one more visitor."""

    def opened(**options: object) -> Page:
        page = new_page(**options)
        open_tab(page, "Classify", "作品识别")
        page.wait_for_selector(f"{VERDICT} .verdict")
        return page

    return opened


@pytest.fixture
def all_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets everything be taken for a painting: what comes with the app is none."""
    original = ArtworkClassifier.answer_features

    def answer(engine: ArtworkClassifier, features: Tensor) -> list[Classification]:
        return [replace(found, known=True) for found in original(engine, features)]

    monkeypatch.setattr(ArtworkClassifier, "answer_features", answer)


def upload(page: Page, path: Path) -> None:
    page.set_input_files("#classify-picture input[type=file]", path)


def download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.click(button)
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


@pytest.mark.usefixtures("all_known")
def test_artwork_is_answered_with_evidence_that_follows_the_question(new_tab: NewPage, tmp_path: Path) -> None:
    page = new_tab()
    path = GALLERY / "stars.webp"
    expected = deepart.classify(path)
    upload(page, path)
    style = label_name("style", expected.style[0].label, "en")
    expect(page.locator(VERDICT)).to_contain_text(style)
    for head in ("style", "artist", "genre"):
        names = [label_name(head, answer.label, "en") for answer in expected.answers[head][:5]]
        expect(page.locator(f"#classify-bars section:has(h3:text-is('{head.title()}')) .name")).to_have_text(names)
    expect(page.locator("#classify-card")).to_contain_text(style)
    links = page.locator("#classify-nearest a")
    expect(links).to_have_count(5)
    for link in links.all():
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert link.get_attribute("target") == "_blank"
        assert re.fullmatch(r"https://[a-z.]+/\S+\?q=[\w+%.~-]+", link.get_attribute("href"))
    open_drawers(page)
    expect(page.locator("#classify-changes tbody tr")).to_have_count(5)
    answer = json.loads(download(page, "#classify-json", tmp_path).read_text("utf-8"))
    assert answer["style"][0]["label"] == expected.style[0].label
    with open(download(page, "#classify-csv", tmp_path), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(answers) for answers in expected.answers.values())

    page.wait_for_selector("#classify-legend ul")
    heat = page.locator("#classify-heat img")
    heat.scroll_into_view_if_needed()
    before, changes = heat.get_attribute("src"), page.inner_text("#classify-changes thead")
    page.click("#classify-head label:has-text('Artist')")
    expect(heat).not_to_have_attribute("src", before)
    expect(page.locator("#classify-changes thead")).not_to_have_text(changes)
    of_artist = heat.get_attribute("src")
    page.click("#classify-heat-label input")
    page.get_by_role("option").nth(1).click()
    expect(heat).not_to_have_attribute("src", of_artist)


def test_photo_is_no_painting_and_stays_if_a_bad_picture_comes(new_tab: NewPage, tmp_path: Path) -> None:
    page = new_tab()
    page.click("#classify-samples .thumbnail-item >> nth=3")
    expect(page.locator(VERDICT)).to_contain_text(say("ui.classify.unknown_why"))
    expect(page.locator(VERDICT)).to_contain_text("Unsure")
    expect(page.locator("#classify-bars .dimmed .name").first).to_be_visible()
    page.wait_for_selector("#classify-nearest a")
    answer = page.text_content(f"{VERDICT} h2")

    data, key = BAD_PICTURES["png that ends early"]
    (tmp_path / "early.png").write_bytes(data)
    Image.new("RGB", (300, 1)).save(tmp_path / "line.png")
    for name, sentence in {
        "early.png": say(key),
        "line.png": say("picture.too_small", width=300, height=1, least=32),
    }.items():
        upload(page, tmp_path / name)
        expect(page.locator("[data-testid=toast-text]")).to_have_text([sentence])
        expect(page.locator("#classify-picture img")).to_have_attribute("src", re.compile("chelsea"))
        expect(page.locator(f"{VERDICT} h2")).to_have_text(answer)
        close_toast(page)


@pytest.mark.usefixtures("all_known")
def test_chinese_visitor_on_a_phone_reads_chinese_and_need_not_scroll_sideways(new_tab: NewPage) -> None:
    page = new_tab(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True)
    page.wait_for_selector("#classify-nearest a")
    open_drawers(page)
    page.wait_for_selector("#classify-legend ul")
    expect(page.locator("#classify-bars h3")).to_have_text(["风格", "作者", "题材"])
    for part in ("verdict", "bars", "card", "changes", "legend", "head", "samples", "model"):
        assert re.search("[\u4e00-\u9fff]", page.inner_text(f"#classify-{part}"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    verdict, samples = (page.locator(f"#classify-{part}").bounding_box()["y"] for part in ("verdict", "samples"))
    assert verdict < samples  # the answer comes first

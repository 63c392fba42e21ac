"""Every label of the bundled classifier can be read in every language."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from deepart.art_labels import label_name, search_address, style_card, work_title
from deepart.checkpoints import models
from deepart.tasks.classify.classify import ANOTHER_ARTIST, DEFAULT_CHECKPOINT
from deepart.tasks.classify.evidence import INDEX

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("head", ["style", "artist", "genre"])
def test_every_label_of_the_bundled_classifier_has_a_name_in_both_languages(head: str) -> None:
    labels = models.get(DEFAULT_CHECKPOINT).labels[head]
    for language in ("en", "zh"):
        names = [label_name(head, label, language) for label in labels]
        assert len(set(names)) == len(labels)
        assert [name for name in names if "_" in name or name.islower()] == []
        assert all(bool(CHINESE.search(name)) == (language == "zh") for name in names)


def test_every_artist_of_the_index_has_a_name_in_both_languages() -> None:
    artists = {artist for _, artist, *_ in models.get(INDEX).config.works}
    nameless = [label for label in artists if not CHINESE.search(label_name("artist", label, "zh"))]
    assert nameless == []


def test_every_style_has_a_card_of_two_sentences_in_both_languages() -> None:
    for label in models.get(DEFAULT_CHECKPOINT).labels["style"]:
        english, chinese = style_card(label, "en"), style_card(label, "zh")
        assert len(re.findall(r"[.!?](?= [A-Z]|$)", english)) >= 2 and english.endswith(".")
        assert chinese.count("。") == 2 and chinese.endswith("。")
    assert style_card("Impasto of the Hub", "en") is None


@pytest.mark.parametrize(
    ("head", "label", "english", "chinese"),
    [
        ("artist", "vincent-van-gogh", "Vincent van Gogh", "文森特·梵高"),
        ("artist", "pierre-auguste-renoir", "Pierre-Auguste Renoir", "皮埃尔-奥古斯特·雷诺阿"),
        ("artist", "paul-cezanne", "Paul Cézanne", "保罗·塞尚"),
        ("artist", ANOTHER_ARTIST, "Another artist", "其他画家"),
        ("genre", "still_life", "Still life", "静物画"),
        ("style", "Ukiyo-e", "Ukiyo-e", "浮世绘"),
        ("artist", "mary-of-the-hub", "Mary Of The Hub", "Mary Of The Hub"),
        ("label", "tabby_cat", "Tabby cat", "Tabby cat"),
    ],
)
def test_labels_are_shown_as_names(head: str, label: str, english: str, chinese: str) -> None:
    assert label_name(head, label, "en") == english
    assert label_name(head, label, "zh") == chinese


@pytest.mark.parametrize(
    ("title", "year", "shown"),
    [
        ("before the curtain call 1892", "1892", "Before the Curtain Call"),
        ("the youthful poet s dream", "", "The Youthful Poet’s Dream"),
        ("view of puy l eveque 3", "", "View of Puy L’Eveque 3"),
        ("not detected 232244 1635", "1635", None),
        ("", "", None),
    ],
)
def test_titles_are_written_as_titles(title: str, year: str, shown: str | None) -> None:
    assert work_title(title, year) == shown


def test_search_address_holds_the_words_and_nothing_else() -> None:
    address = urlsplit(search_address('A "B" & c=d#e', "", "Paul Klee"))
    assert parse_qs(address.query) == {"q": ['A "B" & c=d#e Paul Klee']}
    assert not address.fragment

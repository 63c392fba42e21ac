"""What the owner does in the Admin tab, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deepart import runtime
from deepart.admin import jobs
from deepart.admin.data import datasets
from deepart.admin.job_config import JobConfig
from deepart.admin.versions import live_number, versions
from deepart.checkpoints import versions_folder
from deepart.tasks.classify.classify import DEFAULT_CHECKPOINT as CLASSIFIER
from deepart.text import say
from running_app import TIMEOUT, running_app
from tabs import open_tab
from unit.admin.paintings import folders, packed, stored

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect, Page = sync_api.expect, sync_api.Page

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
PASSWORD = "opens only for the owner"
expect.set_options(timeout=1000 * TIMEOUT)
JOB_MS = 4000 * TIMEOUT
"""Milliseconds that a training job may take: on a busy machine it gets only what the others leave."""


@pytest.fixture(scope="module")
def app_url(app_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app that has an owner."""
    folder = str(tmp_path_factory.mktemp("owner"))
    # Jobs give way to nobody here, or whatever else the machine does would come first.
    own = {"DEEPART_ADMIN_DIR": folder, "DEEPART_ADMIN_PASSWORD": PASSWORD, "DEEPART_JOB_NICENESS": "0"}
    with running_app(app_folder, **own) as url:
        yield url
        for job in jobs.jobs():
            jobs.stop(job)


@pytest.fixture
def new_room(new_page: NewPage) -> NewPage:
    """Opens the Admin tab as its owner."""

    def enter(**options: object) -> Page:
        page = new_page(**options)
        open_admin(page)
        page.fill("#admin-password input", PASSWORD)
        page.click("#admin-enter")
        page.wait_for_selector("#admin-room")
        page.click("#admin-advanced > button")
        return page

    return enter


def open_admin(page: Page) -> None:
    open_tab(page, "Admin", "管理")
    page.wait_for_selector("#admin-door")


def open_panel(page: Page, number: int) -> None:
    page.locator("#admin-panels").get_by_role("tab").nth(number).click()


def choose(page: Page, box: str, text: str) -> None:
    page.click(f"{box} input")
    page.get_by_role("option").filter(has_text=text).first.click()


def add_data(page: Page, archive: Path, name: str) -> None:
    page.set_input_files("#admin-archive input[type=file]", archive)
    page.fill("#admin-data-name input", name)
    page.fill("#admin-licence input", "CC0-1.0")
    page.click("#admin-check")
    expect(page.locator("#admin-store")).to_be_visible()


def test_wrong_password_opens_nothing_and_leaving_closes(new_page: NewPage) -> None:
    page = new_page()
    open_admin(page)
    page.fill("#admin-password input", "guess")
    page.click("#admin-enter")
    expect(page.locator("[data-testid=toast-text]")).to_have_text([say("admin.wrong_password")])
    expect(page.locator("#admin-room")).to_be_hidden()
    page.fill("#admin-password input", PASSWORD)
    page.press("#admin-password input", "Enter")
    expect(page.locator("#admin-room")).to_be_visible()
    page.click("#admin-leave")
    expect(page.locator("#admin-left")).to_be_visible()
    expect(page.locator("#admin-room")).to_be_hidden()
    page.goto(page.url)
    page.wait_for_selector("#transfer-result img")  # as in every new page: now its tabs can be opened
    open_admin(page)
    expect(page.locator("#admin-door")).to_be_visible()
    expect(page.locator("#admin-left")).to_be_hidden()


def test_chinese_owner_on_a_phone_sees_the_report_before_anything_is_stored(new_room: NewPage, tmp_path: Path) -> None:
    page = new_room(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True)
    files = folders(6) | {"Red/copy.png": folders(6)["Red/0.png"], "Blue/<b>bad</b>.png": b"no picture"}
    add_data(page, packed(tmp_path / "works.zip", files), "phone")
    report = page.locator("#admin-report")
    expect(report).to_contain_text("Red")
    expect(report.locator("dd").first).to_have_text("12")
    assert re.search("[\u4e00-\u9fff]", page.inner_text("#admin-missing"))
    expect(report.locator("details")).to_have_count(2)  # a copy, and what is no picture
    assert report.locator("details b").count() == 0  # a name is no HTML
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not datasets.data_sets()


def test_classifier_is_taught_compared_promoted_and_rolled_back(new_room: NewPage, tmp_path: Path) -> None:
    page = new_room()
    add_data(page, packed(tmp_path / "works.zip", folders(14, side=128)), "tints")
    page.click("#admin-store")
    expect(page.locator("#admin-data-status")).to_contain_text("28")

    open_panel(page, 1)
    expect(page.locator("#admin-set-data input")).to_have_value("tints")
    page.fill("#admin-set-minutes input", "0.1")
    page.click("#admin-start")  # says first how long it will take
    expect(page.locator("#admin-estimate h2")).to_be_visible(timeout=JOB_MS)
    assert not jobs.jobs()
    page.click("#admin-start")
    expect(page.locator("#admin-job-card")).to_contain_text(say("ui.admin.state.finished"), timeout=JOB_MS)
    axes = page.locator("#admin-losses [aria-label*='-axis']")
    expect(axes).to_have_count(2)
    for axis in axes.all():  # numbers, not words in the order in which they came
        assert "for a linear scale" in axis.get_attribute("aria-label")
    expect(page.locator("#admin-measured")).to_be_visible()

    open_panel(page, 2)
    page.click("#admin-run-compare")
    expect(page.locator("#admin-gate h2")).to_have_text(
        say("ui.admin.gate_failed")
    )  # heads that visitors know are gone
    expect(page.locator("#admin-figures tbody tr").first).to_contain_text(say("ui.admin.verdict.better"))
    page.click("#admin-confusion td.right button >> nth=0")
    expect(page.locator("#admin-cell img").first).to_be_visible()
    page.click("#admin-promote")
    expect(page.locator("[data-testid=toast-text]")).to_contain_text("10")
    assert live_number(CLASSIFIER) == 0
    page.fill("#admin-reason input, #admin-reason textarea", "tints are all that we ask for")
    page.click("#admin-promote")
    expect(page.locator("#admin-promoted")).to_contain_text(CLASSIFIER)
    assert live_number(CLASSIFIER) == 1
    assert versions(CLASSIFIER)[0].reason == "tints are all that we ask for"

    open_panel(page, 3)
    expect(page.locator("#admin-versions-table")).to_contain_text("tints are all that we ask for")
    page.click("#admin-rollback")
    expect(page.locator("#admin-versions-told")).to_contain_text(CLASSIFIER)
    assert live_number(CLASSIFIER) == 0
    assert versions_folder().is_relative_to(runtime.settings().admin_folder)
    with page.expect_download() as started:
        page.click("#admin-zip")
        page.locator("#admin-zip-file a").first.click()
    assert started.value.suggested_filename.endswith(".zip")


@pytest.mark.campaign
def test_job_outlives_the_page_is_stopped_and_finishes(new_room: NewPage, tmp_path: Path) -> None:
    data = stored(tmp_path, folders(8), "stop", "artist").name
    config = JobConfig(task="classifier", data=data, trained="heads", labels="new", column="artist", minutes=30)
    job = jobs.start(config)  # before the owner comes
    page = new_room()
    open_panel(page, 1)
    card = page.locator("#admin-job-card")
    expect(card).to_contain_text(say("ui.admin.phase.training"), timeout=JOB_MS)
    page.click("#admin-job-stop")
    expect(card).to_contain_text(say("ui.admin.state.stopped"), timeout=JOB_MS)
    page.click("#admin-job-keep")
    expect(card).to_contain_text(say("ui.admin.reason.kept"), timeout=JOB_MS)
    assert job.bundle is not None

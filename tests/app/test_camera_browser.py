"""A camera on the Transfer tab, in a real browser with a camera that is none."""

from __future__ import annotations

import shutil

import pytest

from running_app import TIMEOUT
from tabs import open_drawers

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser


def test_what_a_camera_sees_is_painted_while_one_looks(browser: sync_api.Browser, app_url: str) -> None:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    arguments += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    # The one that all tests share has no camera.
    with browser.browser_type.launch(executable_path=path, args=arguments) as chromium:
        context = chromium.new_context(permissions=["camera"])
        context.set_default_timeout(1000 * TIMEOUT)
        page = context.new_page()
        page.goto(app_url)
        page.wait_for_selector("#transfer-result img")
        open_drawers(page)
        page.click("#camera > button")
        page.click("#camera-picture [title='grant webcam access'] button")
        page.click("#camera-picture [aria-label='capture photo']")
        shown = page.locator("#camera-painted img")
        first = shown.get_attribute("src")
        assert first.startswith("data:image/jpeg;base64,")
        assert max(shown.evaluate("image => [image.naturalWidth, image.naturalHeight]")) == 256
        # The clock in the picture goes on.
        page.wait_for_function("first => document.querySelector('#camera-painted img').src !== first", arg=first)

"""The script of a first visit: in each tab from a photo to a download, on a desktop and on a phone.

It counts the clicks that this takes and the controls that are in sight before anything is opened, of which one at most
is what the tab is for, at first and (but in Restore) beside the result, and has axe-core look for what people who hear
the page, or use its keys alone, cannot use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator_app import running_generator_app
from running_app import TIMEOUT
from tabs import open_tab

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
expect, Page = sync_api.expect, sync_api.Page

pytestmark = pytest.mark.browser
expect.set_options(timeout=1000 * TIMEOUT)

VISITS = {
    "desktop": {"color_scheme": "light"},
    "phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}, "has_touch": True},
}
MOST_CONTROLS = 12
TABS = {
    "generate": ("Generate", None, None),
    "transfer": ("Transfer", "#transfer-content", "#transfer-run"),
    "blend": ("Blend", "#blend-content", "#blend-run"),
    "classify": ("Classify", "#classify-picture", None),
    "restore": ("Restore", "#restore-picture", "#restore-run"),
}
"""Of each tab its name, where a picture is put in, and the button that does what the tab is for, if it takes one."""
MOST_CLICKS = {"generate": 1, "transfer": 3, "blend": 3, "classify": 2, "restore": 3}
"""From the open tab to a file: what is put in, what is asked for, and the download."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

CONTROLS = """tab => {
    const whole = "fieldset, .captioned-gallery, .labelled-picture, " +
        ".block:has(input[type=range]), .wall, .pad";
    const inSight = element => {
        const { width, height } = element.getBoundingClientRect();
        return element.checkVisibility({ visibilityProperty: true }) && width > 3 && height > 3;
    };
    const found = document.querySelectorAll(`#tab-${tab} :is(button, input, select, textarea, a[href], summary)`);
    const controls = [...found].filter(inSight).map(each => each.closest(".style-row") ?? each.closest(whole) ?? each);
    return [...new Set(controls)].map(each => each.id || each.textContent.trim().slice(0, 30) || each.className);
}"""
"""Names of the controls in sight; one is a slider with its number, a style of a mixture, a row of choices, a wall."""


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app whose networks are quick, but for those of style."""
    with running_generator_app(tmp_path_factory.mktemp("visit")) as url:
        yield url


def violations_of(page: Page) -> list[tuple[str, str]]:
    """Return the rules that the page breaks, each with the beginning of the first element that breaks it."""
    found = page.evaluate("tags => axe.run(document, { runOnly: tags })", RULES)["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200]) for each in found]


def crowd_of(page: Page, tab: str, when: str) -> dict[str, list[str]]:
    """Return the controls in sight if they are too many, by tab and time."""
    controls = page.evaluate(CONTROLS, tab)
    return {f"{tab} {when}": controls} if len(controls) > MOST_CONTROLS else {}


@pytest.mark.parametrize("visit", VISITS)
def test_first_visit(visit: str, new_page: Callable[..., Page], photo: Callable[[str], Path]) -> None:
    page = new_page(**VISITS[visit])
    page.evaluate(axe.AXE_SCRIPT)
    clicks, crowded, violations = {}, {}, {}
    for tab, (name, picture, button) in TABS.items():
        open_tab(page, name)
        page.wait_for_selector(f"#tab-{tab} >> visible=true")
        count = 0
        crowded |= crowd_of(page, tab, "at first")
        assert page.locator(f"#tab-{tab} button.primary >> visible=true").count() <= 1, tab
        if picture:
            with page.expect_response(lambda response: "/upload" in response.url):
                page.set_input_files(f"{picture} input[type=file]", photo("chelsea.png"))
            count += 1
        if button:
            page.locator(button).scroll_into_view_if_needed()
            page.click(button)
            count += 1
        if tab in ("transfer", "blend"):
            expect(page.locator(f"#{tab}-status")).to_contain_text("Painted")
        download = page.locator(f"#{tab}-{'json' if tab == 'classify' else 'download'}")
        expect(download).to_be_enabled()
        with page.expect_download() as started:
            download.click()
            count += 1
        assert started.value.suggested_filename.startswith("deepart-"), tab
        expect(page.locator(f"#tab-{tab} [id$=-stop] >> visible=true")).to_have_count(0)
        if tab != "restore":
            crowded |= crowd_of(page, tab, "beside the result")
        found = violations_of(page)
        if found:  # the page gives names to what Gradio draws a moment after it is drawn
            page.wait_for_timeout(1000)
            found = violations_of(page)
        if found:
            violations[tab] = found
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
        clicks[tab] = count
    assert violations == {}
    assert crowded == {}
    assert {tab: count for tab, count in clicks.items() if count > MOST_CLICKS[tab]} == {}
    print(f"{visit}: clicks {clicks}")

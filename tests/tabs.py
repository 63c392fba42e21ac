"""How tests find a tab of the app, and close what was said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def open_tab(page: Page, *names: str) -> None:
    """Open a tab by its name, in whichever of the languages the page is."""
    name = re.compile(f"^({'|'.join(names)})$")
    page.get_by_role("tab", name=name).click()


def close_toast(page: Page) -> None:
    """Close the only toast of the page and wait until it is gone."""
    page.locator("[data-testid=toast-close]").click()
    page.locator("[data-testid=toast-text]").wait_for(state="detached")


def open_drawers(page: Page) -> None:
    """Open what the tab in sight keeps folded away: the controls that a first visit does without."""
    for drawer in page.locator(".drawer:visible > button").all():
        if "open" not in (drawer.get_attribute("class") or "").split():
            drawer.click()

"""How tests find a tab of the app, and close what was said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def open_tab(page: Page, *names: str) -> None:
    """Open a tab by its name, in whichever of the languages the page is."""
    name = re.compile(f"^({'|'.join(names)})$")
    tab = page.get_by_role("tab", name=name)
    if not tab.is_visible():  # how many fit onto a phone depends on its fonts; the last ones are in a menu there
        page.locator(".overflow-menu > button").first.click()
        tab = page.locator(".overflow-dropdown button").filter(has_text=name)
    tab.click()


def close_toast(page: Page) -> None:
    """Close the only toast of the page and wait until it is gone."""
    page.locator("[data-testid=toast-close]").click()
    page.locator("[data-testid=toast-text]").wait_for(state="detached")

"""How tests find a tab of the app."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_NARROW = 700  # pixels: the last tabs are in a menu


def open_tab(page: Page, *names: str) -> None:
    """Open one of the last tabs by its name, in whichever of the languages the page is."""
    name = re.compile(f"^({'|'.join(names)})$")
    if page.viewport_size["width"] < _NARROW:
        page.locator(".overflow-menu > button").first.click()
        page.locator(".overflow-dropdown button").filter(has_text=name).click()
    else:
        page.get_by_role("tab", name=name).click()

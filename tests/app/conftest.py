"""The app itself, run in this process, with a client and a browser to use it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from gradio_client import Client

from deepart.tasks.paint.transfer import StyleTransfer
from deepart.ui import samples
from running_app import TIMEOUT, Brake, running_app

DESKTOP = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in a browser first: they are long, and workers end together if what comes last is short."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app has its temporary files."""
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="session")
def app_url(app_folder: Path) -> Iterator[str]:
    """The address of the app."""
    with running_app(app_folder) as url:
        yield url


@pytest.fixture
def new_client(app_url: str, tmp_path: Path) -> Callable[..., Client]:
    """Makes one more visitor who uses the API."""

    def connect(url: str = app_url, **headers: str) -> Client:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        downloads = tempfile.mkdtemp(prefix="downloads-", dir=tmp_path)
        return Client(url, headers=headers, download_files=downloads, verbose=False, analytics_enabled=False)

    return connect


@pytest.fixture(scope="module")
def client(app_url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A visitor who uses the API, the same for all tests of a file: what they ask for leaves nothing behind."""
    downloads = str(tmp_path_factory.mktemp("downloads"))
    return Client(app_url, download_files=downloads, verbose=False, analytics_enabled=False)


@pytest.fixture
def brake(app_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Brake]:
    """Makes a painting last as long as a test needs it to."""
    samples.first_picture(), samples.first_blend()  # else the first page would paint them, and count
    brake, original = Brake(), StyleTransfer._paint

    def paint(engine: StyleTransfer, *args: object) -> object:
        brake.before_piece()
        return original(engine, *args)

    monkeypatch.setattr(StyleTransfer, "_paint", paint)
    yield brake
    brake.release()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Copies one of scikit-image's photos and returns the path."""
    folder = tmp_path_factory.mktemp("photos")

    def copy(name: str) -> Path:
        with resources.as_file(resources.files("skimage.data") / name) as path:
            return Path(shutil.copy(path, folder / name))

    return copy


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """The Chromium of this machine, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profiles(browser: object) -> dict[str, list[object]]:
    """Browser contexts that no test is using, by their options: in one, a page loads with half the work of a new one,
    as the page's scripts are there and compiled."""
    return defaultdict(list)


@pytest.fixture
def new_page(browser: object, profiles: dict[str, list[object]], app_url: str) -> Iterator[Callable[..., object]]:
    """Opens the app as one more visitor; takes the options of `Browser.new_context`.

    At the end no page may have asked another host for anything, or have complained in its console.
    """
    visits, foreign, complaints = [], [], []

    def watch_request(request) -> None:
        host = urlsplit(request.url).hostname
        if host not in (None, urlsplit(app_url).hostname):
            foreign.append(request.url)

    def complain(text: str) -> None:
        # What Gradio says of the requests that a reload breaks off is no complaint, nor what its editor says of a
        # layer that it was still loading when a newer one took its place.
        if not re.search("AbortError|Connection errored out|No draw texture found for layer", text):
            complaints.append(text)

    def watch_console(message) -> None:
        if message.type == "error":
            complain(message.text)

    def open_page(**options: object):
        free = profiles[repr(sorted(options.items()))]
        context = free.pop() if free else browser.new_context(**{"locale": "en-GB", "viewport": DESKTOP, **options})
        context.set_default_timeout(1000 * TIMEOUT)
        page = context.new_page()
        visits.append((free, context, page))
        page.on("request", watch_request)
        page.on("console", watch_console)
        page.on("pageerror", lambda error: complain(str(error)))
        page.goto(app_url)
        # The handler that paints the first picture is the last thing to happen of itself.
        page.wait_for_selector("#transfer-result img")
        return page

    yield open_page
    said = list(complaints)  # a page that is left says that its requests broke off
    for free, context, page in visits:
        page.goto("about:blank")  # so that it does not ask whether to leave running work, or store something yet
        context.new_cdp_session(page).send(
            "Storage.clearDataForOrigin", {"origin": app_url, "storageTypes": "cookies,local_storage,indexeddb"}
        )
        for opened in context.pages:
            opened.close()
        free.append(context)
    assert foreign == []
    assert said == []

"""One Chromium, one served portal and one stand-in for everywhere else, for each worker of the run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.elsewhere import Elsewhere, elsewhere
from tests.browser.served import Served, prepare, serve
from tests.browser.visit import Visit, visiting
from tests.conftest import one_at_a_time

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
SKIPPED = (
    "There is no Chromium here (chromium, chromium-browser or google-chrome), so nothing was tried in a real "
    "browser: accessibility checks of every page and state, the content policy, journeys without scripts and "
    "by keyboard, leaving fast, narrow screens, print, page sizes, and charts against their tables."
)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason=SKIPPED))


@pytest.fixture(scope="session")
def prepared_database(shared_dir: Path) -> Path:
    """Made once for all workers."""
    folder = shared_dir / "browser"
    with one_at_a_time(shared_dir / "browser.lock"):
        done = folder / "done"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            prepare(folder)
            done.touch()
    return folder / "portal.sqlite3"


@pytest.fixture(scope="session")
def portal(
    prepared_database: Path, tmp_path_factory: pytest.TempPathFactory, compiled_languages: None
) -> Iterator[Served]:
    """This worker's own copy of the demonstration, served."""
    folder = tmp_path_factory.mktemp("served")
    database = Path(shutil.copy(prepared_database, folder))
    with serve(database, folder) as served:
        yield served


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """Every address that is not the portal's leads here."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as found:
        yield found


@pytest.fixture(scope="session")
def browser(others: Elsewhere) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                f"--host-resolver-rules=MAP * 127.0.0.1:{others.port}, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visiting_portal(browser: Browser, portal: Served) -> Callable[..., AbstractContextManager[Visit]]:
    """Opens a fresh browser on the portal: ``with visiting_portal(scripts=False, width=320) as visit``."""
    return partial(visiting, browser, portal)


@pytest.fixture
def visit(visiting_portal: Callable[..., AbstractContextManager[Visit]]) -> Iterator[Visit]:
    with visiting_portal() as opened:
        yield opened

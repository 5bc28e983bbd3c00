"""Pictures of every page in both languages and both themes: `python -m tests.pages.pictures [part of a name]`.

They land in test-results/pictures/<language>-<theme>-<width>/, which git ignores. With --docs those of the parts that
docs/reference/ui.md shows.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.house.ui import PICTURES
from tests.pages.browser import FLAGS
from tests.pages.tour.stops import STOPS
from tests.pages.tour.walk import Look, Tour, touring

OUT = Path(__file__).parents[2] / "test-results" / "pictures"


def main() -> None:
    """Make them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("part", nargs="?", default="", help="only pages with this in their names")
    asked.add_argument("--width", type=int, action="append", help="in CSS pixels; may be given again (default 1280)")
    asked.add_argument("--language", choices=("ru", "en"), help="only this one")
    asked.add_argument("--theme", choices=("light", "dark"), help="only this one")
    asked.add_argument("--docs", action="store_true", help="only the pictures of docs/reference/ui.md")
    given = asked.parse_args()
    looks = [
        Look(language, theme, width)
        for language in (("ru", "en") if given.language is None else (given.language,))
        for theme in (("light", "dark") if given.theme is None else (given.theme,))
        for width in given.width or [1280]
    ]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with touring(browser, Path(folder)) as tour:
            if given.docs:
                return for_docs(tour)
            for look in looks:
                (OUT / str(look)).mkdir(parents=True, exist_ok=True)
                for stop in STOPS:
                    if given.part in stop.name:
                        file = OUT / str(look) / f"{stop.name}.png"
                        tour.show(stop, look).screenshot(path=file, full_page=not stop.name.endswith("-long"))
        browser.close()
    print(f"{OUT}: {len(looks)} looks")


def for_docs(tour: Tour) -> None:
    """Each part of the gallery alone, small."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = tour.show(next(stop for stop in STOPS if stop.name == "parts"), Look("en", "light", 1000))
    for part in page.locator("[id^=shown-]").all():
        name = (part.get_attribute("id") or "").removeprefix("shown-")
        part.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()

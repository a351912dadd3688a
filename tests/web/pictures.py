"""Takes pictures of every page of the desk over the made history: `make pictures`.

python -m tests.web.pictures                  those of the documents, into docs/pictures/desk
python -m tests.web.pictures --whole FOLDER   each page whole, light and dark, narrow and wide
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.demo_desk import DemoDesk, demo_desk
from tests.web.page_addresses import ALL, PICTURES, Picture, fill_in

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "desk"
HEIGHT = 900
COLOURS = 256  # of a picture in the documents
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Run the Chromium of the system while the block runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
        )
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, desk: DemoDesk, picture: Picture) -> Iterator[Page]:
    """Show a page in a tab of its own, as its picture is to be taken."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": HEIGHT},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(120_000)
    if not picture.address.startswith("/sign-in"):
        context.add_cookies(desk.cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(desk.home + fill_in(picture.address, desk))
    yield page
    context.close()


def take(browser: Browser, desk: DemoDesk, picture: Picture, folder: Path) -> int:
    """Write one picture of the documents; return its bytes."""
    with open_page(browser, desk, picture) as page:
        shown = Image.open(io.BytesIO(page.screenshot()))
    file = folder / f"{picture.name}.png"
    # by coverage: the few dots of a state that is green are worth a colour
    few = shown.convert("RGB").quantize(
        COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    few.save(file, optimize=True)
    return file.stat().st_size


def take_whole(browser: Browser, desk: DemoDesk, address: str, folder: Path) -> None:
    """Write a page in all its forms, whole."""
    name = address.strip("/").translate(str.maketrans("/?=&+{}", "-_-_- -")) or "today"
    for width in (390, 1280):
        for scheme in SCHEMES:
            picture = Picture(name=name, address=address, scheme=scheme, width=width)
            with open_page(browser, desk, picture) as page:
                page.screenshot(path=folder / f"{name}.{width}.{scheme}.png", full_page=True)


def main() -> None:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", type=Path, metavar="FOLDER")
    parser.add_argument("addresses", nargs="*", help="with --whole: these alone")
    given = parser.parse_args()
    folder: Path = given.whole or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        demo_desk(Path(data)) as desk,
        start_browser() as browser,
    ):
        if given.whole:
            for address in given.addresses or ALL:
                take_whole(browser, desk, address, folder)
            return
        sizes = [take(browser, desk, picture, folder) for picture in PICTURES]
    print(f"{len(sizes)} pictures in {folder}, {sum(sizes) / 1e6:.2f} MB together")


if __name__ == "__main__":
    main()

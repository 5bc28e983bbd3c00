"""Windows on the stage that notice, at each step of a story, what the people in it would complain of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.pages.browser import REFRESHES, Visit, visiting
from tests.pages.stories.desk import Stage

HERE = Path(__file__).parent
PICTURES = HERE.parents[2] / "test-results" / "stories"
LOOK_CLOSELY = HERE.with_name("tour").joinpath("look.js").read_text()
THUMBS = HERE.joinpath("thumbs.js").read_text()
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
}  # fmt: skip
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
# A window whose owner uses no mouse says so when one is used.
NO_MOUSE = "addEventListener('pointerdown', () => console.error('a mouse was used'), true)"
# The Russian keys by their places, as a person with that layout strikes them.
RUSSIAN = dict(zip("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm", strict=True))


@dataclass
class Scene:
    """One window in a story."""

    visit: Visit
    name: str
    touch: bool = False
    strokes: list[str] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        self.page = self.visit.page
        self.wire = self.page.context.new_cdp_session(self.page)

    def press(self, *keys: str) -> None:
        """Strokes of keys, which are counted."""
        for key in keys:
            self.strokes.append(key)
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Text by the keyboard; its letters are counted too."""
        for letter in text:
            self.strokes.append(letter)
            if letter.lower() in RUSSIAN:
                self._strike(letter)
            else:
                self.page.keyboard.type(letter)

    def _strike(self, letter: str) -> None:
        """A letter of the Russian layout; Playwright itself knows the American one and would only insert the text."""
        about = {"key": letter, "text": letter, "code": f"Key{RUSSIAN[letter.lower()].upper()}"}
        self.wire.send("Input.dispatchKeyEvent", {"type": "keyDown", **about})
        self.wire.send("Input.dispatchKeyEvent", {"type": "keyUp", **about})

    def later(self) -> None:
        """Let the interval pass after which pages refresh themselves."""
        self.page.clock.fast_forward(REFRESHES)

    def step(self, name: str) -> None:
        """A step of the story is done: a picture of it, and nothing to complain of."""
        self.picture(name)
        wrong = self.wrong()
        assert not wrong, "\n".join([f"{self.name}, {name}:", *wrong])

    def picture(self, name: str) -> None:
        """What is seen now, in a folder that git ignores."""
        self.steps += 1
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.name}-{self.steps:02}-{name}.png")

    def wrong(self) -> list[str]:
        """What somebody would complain of in this moment."""
        at = self.page.evaluate("scrollY")
        found = [*self.visit.complaints, *self.page.evaluate(LOOK_CLOSELY)]
        if self.touch:
            found += self.page.evaluate(THUMBS)
        self.page.evaluate("at => scrollTo(0, at)", at)
        return found

    def expect_refusal(self, status: int) -> None:
        """The browser notes answers of this status as errors; this one was meant."""
        meant = [text for text in self.visit.complaints if f"status of {status}" in text]
        assert meant, self.visit.complaints
        self.visit.complaints[:] = [text for text in self.visit.complaints if text not in meant]


@contextmanager
def scene(
    browser: Browser, stage: Stage, who: str, language: str, *, name: str, mouse: bool = True, **device: Any
) -> Iterator[Scene]:
    """The window of somebody who reads a language and has signed in."""
    stage.speaks(who, language)
    with visiting(browser, stage, locale=language, **(device or DESKTOP)) as visit:
        visit.page.clock.install()
        visit.sign_in(who)
        if not mouse:
            visit.page.add_init_script(NO_MOUSE)
        visit.go("/")
        made = Scene(visit, name, touch=bool(device.get("has_touch")))
        try:
            yield made
        except BaseException:
            made.picture("left")
            raise

"""The forms of a page as a browser has them: what is in them, and what it would send.

PYTEST_DONT_REWRITE (see the package).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

SENT_ON_CLICK = frozenset({"submit", "image", "button", "reset"})


@dataclass
class Control:
    """An input, select, textarea or button of a form. values: what it holds now; offered: those of a choice.

    kind: an input's or button's type, else `select`, `several` (a select that takes many) or `textarea`.
    """

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)

    @property
    def is_choice(self) -> bool:
        """Whether only an offered value can be sent."""
        return self.kind in {"select", "several", "checkbox", "radio", "hidden", *SENT_ON_CLICK}


@dataclass
class Form:
    """A form of a page; action '' is the page itself."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    def filled(self, values: Mapping[str, Any]) -> dict[str, list[Any]]:
        """What a browser sends after a person filled these values in; raises AssertionError for what nobody could."""
        sent: dict[str, list[Any]] = {}
        for control in self.controls:
            if control.name not in values and control.kind not in SENT_ON_CLICK:
                sent.setdefault(control.name, []).extend(control.values)
        for name, value in values.items():
            sent[name] = self._typed(name, value)
        return {name: given for name, given in sent.items() if given}

    def _typed(self, name: str, value: Any) -> list[Any]:
        mine = [control for control in self.controls if control.name == name]
        if not mine:
            names = ", ".join(sorted({control.name for control in self.controls}))
            raise AssertionError(f"the form {self.action!r} has no field {name!r}; it has: {names or 'none'}")
        given = list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
        if not all(control.is_choice for control in mine):
            return given
        offered = [text for control in mine for text in control.offered]
        for text in given:
            if str(text) not in offered:
                raise AssertionError(f"the field {name!r} of the form {self.action!r} offers {offered}, not {text!r}")
        return [str(text) for text in given]


class _Reader(HTMLParser):
    """Gathers the forms while the page goes by."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._apart: list[tuple[str, Control]] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self._option: Mapping[str, str] | None = None
        self._option_text = ""
        self._text: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self._by_id[given.get("id", "")] = self._form
            self.forms.append(self._form)
        elif tag in ("input", "button", "select", "textarea"):
            self._control(tag, given)
        elif tag == "option" and self._select is not None:
            self._end_option()
            self._option = given

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.values[0] += data
        if self._option is not None:
            self._option_text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._text is not None:
            # A browser leaves out the line break that follows the tag.
            self._text.values[0] = self._text.values[0].removeprefix("\n")
            self._text = None
        elif tag == "option":
            self._end_option()
        elif tag == "select" and self._select is not None:
            self._end_option()
            if self._select.kind == "select" and not self._select.values:
                self._select.values = self._select.offered[:1]
            self._select = None

    def _control(self, tag: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else "submit").lower() if tag in ("input", "button") else tag
        control = Control(given.get("name", ""), "several" if tag == "select" and "multiple" in given else kind)
        if tag == "select":
            self._select = control
        elif tag == "textarea":
            control.values, self._text = [""], control
        elif kind in ("checkbox", "radio"):
            control.offered = [given.get("value", "on")]
            control.values = control.offered if "checked" in given else []
        elif kind != "file":
            control.values = control.offered = [given.get("value", "")]
        if not control.name or "disabled" in given:
            return
        if "form" in given:
            self._apart.append((given["form"], control))
        elif self._form is not None:
            self._form.controls.append(control)

    def _end_option(self) -> None:
        given, text = self._option, " ".join(self._option_text.split())
        self._option, self._option_text = None, ""
        if given is not None and self._select is not None and "disabled" not in given:
            value = given.get("value", text)
            self._select.offered.append(value)
            if "selected" in given:
                self._select.values.append(value)

    def done(self) -> list[Form]:
        """The forms, with the controls that stand elsewhere on the page."""
        for name, control in self._apart:
            if name in self._by_id:
                self._by_id[name].controls.append(control)
        return self.forms


def forms_of(page: str) -> list[Form]:
    """All forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.done()


def form_for(forms: Iterable[Form], page: str, action: str, names: Iterable[str]) -> Form:
    """The form with this action, if there are several the one with these fields; AssertionError when there is none."""
    there = list(forms)
    found = [form for form in there if form.action == action or (action == page and not form.action)]
    if not found:
        actions = ", ".join(sorted({form.action for form in there}))
        raise AssertionError(f"{page} has no form with the action {action!r}; it has: {actions or 'none'}")
    wanted = set(names)
    return next((form for form in found if wanted <= {control.name for control in form.controls}), found[0])

"""Conditions are CEL; this reads the part of CEL that rule lists allow, so that a condition can be judged unrun.

Allowed: literals, names, `fields["x.y"]`, lists, `! && || == != < <= > >= in + - * / % ?:`, calls and methods.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from itsm.core.texts import Message, say

LONGEST, MOST_NODES, DEEPEST = 2000, 200, 20
TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+)(?![\w.])
  | (?P<text>r?"(?:[^"\\\n]|\\.)*"|r?'(?:[^'\\\n]|\\.)*')
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>\|\||&&|==|!=|<=|>=|[-+*/%!<>()\[\],.?:])
)""",
    re.VERBOSE,
)
ODD_ESCAPE = re.compile(r"""\\(?!["'ntr]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}).?""")
BINARY: Sequence[Sequence[str]] = (
    ("||",),
    ("&&",),
    ("==", "!=", "<", "<=", ">", ">=", "in"),
    ("+", "-"),
    ("*", "/", "%"),
)
WORDS = {"true": True, "false": False, "null": None}
MACROS = frozenset({"exists", "all", "exists_one", "filter", "map"})


class Fault(ValueError):
    """What is wrong with a condition; `at` counts characters from 1, 0 is the whole."""

    def __init__(self, message: Message, at: int = 0) -> None:
        self.message, self.at = message, at
        super().__init__(str(message))


class Literal(NamedTuple):
    """A value that stands in the text."""

    value: Any
    at: int = 0


class Name(NamedTuple):
    """A variable."""

    name: str
    at: int = 0


class Items(NamedTuple):
    """A list, `[a, b]`."""

    items: "tuple[Node, ...]"
    at: int = 0


class Call(NamedTuple):
    """An operator, a function, or with `target` a method; `[]` is the look-up by a key."""

    function: str
    args: "tuple[Node, ...]"
    target: "Node | None" = None
    at: int = 0


Node = Literal | Name | Items | Call


class Token(NamedTuple):
    """A piece of the text; `kind` is number, text, name, sign or end."""

    kind: str
    text: str
    at: int


def parse(text: str) -> Node:
    """The condition as a tree; raises `Fault` with the place."""
    if len(text) > LONGEST:
        raise Fault(say("Longer than {maximum} characters.", maximum=LONGEST))
    return _Reader(list(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = TOKEN.match(text, at)
        if found is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise Fault(say("“{text}” is not understood here.", text=text[place : place + 10]), place + 1)
        kind = str(found.lastgroup)
        yield Token(kind, found.group(kind), found.start(kind) + 1)
        at = found.end()
    yield Token("end", "", end + 1)


class _Reader:
    """Reads by precedence; `deep` and `nodes` bound what a hostile text can cost."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.place, self.deep, self.nodes = tokens, 0, 0, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> Token | None:
        """The next token if it is one of these signs or words."""
        token = self.token
        if token.kind in ("sign", "name") and token.text in texts:
            self.place += 1
            return token
        return None

    def need(self, text: str) -> None:
        if self.take(text) is None:
            self.fail(text)

    def fail(self, wanted: str = "") -> None:
        found = self.token.text or "…"
        if wanted:
            raise Fault(say("“{wanted}” is missing before “{found}”.", wanted=wanted, found=found), self.token.at)
        if self.token.kind == "end":
            raise Fault(say("It ends too early."), self.token.at)
        raise Fault(say("“{text}” is not understood here.", text=found), self.token.at)

    def whole(self) -> Node:
        node = self.choice()
        if self.token.kind != "end":
            self.fail()
        return node

    def made(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise Fault(say("This condition has too many parts; split it into several rules."), node.at)
        return node

    def choice(self) -> Node:
        self.deep += 1
        if self.deep > DEEPEST:
            raise Fault(say("This condition is nested too deeply."), self.token.at)
        node = self.binary(0)
        asked = self.take("?")
        if asked:
            yes = self.binary(0)
            self.need(":")
            node = self.made(Call("?:", (node, yes, self.choice()), None, asked.at))
        self.deep -= 1
        return node

    def binary(self, level: int) -> Node:
        if level == len(BINARY):
            return self.unary()
        node = self.binary(level + 1)
        while sign := self.take(*BINARY[level]):
            node = self.made(Call(sign.text, (node, self.binary(level + 1)), None, sign.at))
        return node

    def unary(self) -> Node:
        sign = self.take("!", "-")
        if sign is None:
            return self.member()
        self.deep += 1
        if self.deep > DEEPEST:
            raise Fault(say("This condition is nested too deeply."), sign.at)
        inner = self.unary()
        self.deep -= 1
        if sign.text == "-" and isinstance(inner, Literal) and type(inner.value) in (int, float):
            return Literal(-inner.value, sign.at)
        return self.made(Call(f"{sign.text}_", (inner,), None, sign.at))

    def member(self) -> Node:
        node = self.primary()
        while sign := self.take(".", "["):
            if sign.text == "[":
                node = self.made(Call("[]", (self.choice(),), node, sign.at))
                self.need("]")
                continue
            name = self.token
            if name.kind != "name":
                self.fail()
            self.place += 1
            if self.take("(") is None:
                raise Fault(
                    say('A point needs a method with brackets; fields are read as fields["plugin.name"].'), name.at
                )
            node = self.made(Call(name.text, self.listed(")"), node, name.at))
        return node

    def primary(self) -> Node:
        token = self.token
        self.place += 1
        if token.kind == "number":
            return self.made(Literal(float(token.text) if "." in token.text else int(token.text), token.at))
        if token.kind == "text":
            return self.made(Literal(_unquoted(token), token.at))
        if token.kind == "name" and token.text not in ("in",):
            if token.text in WORDS:
                return self.made(Literal(WORDS[token.text], token.at))
            if self.take("("):
                return self.made(Call(token.text, self.listed(")"), None, token.at))
            return self.made(Name(token.text, token.at))
        if token.text == "(":
            node = self.choice()
            self.need(")")
            return node
        if token.text == "[":
            return self.made(Items(self.listed("]"), token.at))
        self.place -= 1
        self.fail()
        raise AssertionError

    def listed(self, end: str) -> tuple[Node, ...]:
        if self.take(end):
            return ()
        found = [self.choice()]
        while self.take(","):
            found.append(self.choice())
        self.need(end)
        return tuple(found)


def _unquoted(token: Token) -> str:
    """Python reads the escapes that are the same in both languages; others are refused."""
    odd = None if token.text.startswith("r") else ODD_ESCAPE.search(token.text.replace("\\\\", ""))
    if odd is not None:
        raise Fault(say("“{text}” is not understood here.", text=odd.group()), token.at)
    return str(ast.literal_eval(token.text))


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    if isinstance(node, Items):
        for item in node.items:
            yield from walk(item)
    elif isinstance(node, Call):
        for inner in (node.target, *node.args):
            if inner is not None:
                yield from walk(inner)


def spelled(node: Node) -> str:
    """The condition in one canonical spelling, to compare by."""
    if isinstance(node, Literal):
        return repr(node.value)
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Items):
        return f"[{', '.join(map(spelled, node.items))}]"
    target = f"{spelled(node.target)}." if node.target is not None else ""
    return f"{target}{node.function}({', '.join(map(spelled, node.args))})"

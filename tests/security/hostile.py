"""Values that nobody sends by mistake, and what kind of input each of them is meant to break."""

import base64
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

LONG = "я" * 120_000
DEEP: Any = "x"
for _ in range(50):
    DEEP = [DEEP]

# As text: for inputs of forms, parameters of addresses, strings of JSON.
TEXTS: Sequence[str] = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "a\r\nSet-Cookie: x=1",
    "\u2028",
    "\u202e\u2066txt.exe",
    "\u200b",
    "\ufeff",
    "🦆👩‍👩‍👧‍👦",
    "a" + "\u0301" * 500,
    LONG,
    "x" * 5_000,
    "9" * 5_000,
    "9007199254740993",
    "9223372036854775808",
    "-9223372036854775809",
    "-1",
    "0",
    "1.9",
    "1e400",
    "1_000",
    "0x10",
    "٣",
    "NaN",
    "Infinity",
    "-0",
    "null",
    "true",
    "[]",
    "{}",
    '{"sha256": "x", "name": "y"}',
    '{"name": ' * 300,
    "' OR 1=1 --",
    '"; DROP TABLE ticket; --',
    "%' ESCAPE '",
    "\\",
    "%",
    "%s%n{0}{a.b}",
    "{{7*7}}",
    "${7*7}",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "../../../../etc/passwd",
    "//evil.example",
    "2026-13-45",
    "0000-00-00",
    "9999-12-31T23:59:59",
    "1 " + "\u00a0 " * 40_000 + "!",
    "İıſK",
    "ß@ß.ß",
    "a@" + "b." * 2_000,
    "1,2,3" + ",4" * 3_000,
    "#1",
    "None",
    "[" * 3_000,
    "- " * 5_000,
    "a: &x [*x]",
)
# As JSON values: what a field of another type gets.
VALUES: Sequence[Any] = (
    *TEXTS,
    None,
    True,
    0,
    -1,
    1.9,
    1e308,
    2**53,
    2**63,
    10**400,
    [],
    {},
    [None],
    [[]],
    {"": None},
    {"a\x00": "b"},
    "\ud800",
    "a\udfffb",
    DEEP,
    [0] * 3_000,
    {f"k{number}": number for number in range(3_000)},
    {"__proto__": {"admin": True}},
)
# As whole bodies, with their content types.
BODIES: Sequence[tuple[bytes, str]] = (
    (b"", "application/json"),
    (b"{", "application/json"),
    (b"null", "application/json"),
    (b'"x"', "application/json"),
    (b"[]", "application/json"),
    (b"[" * 100_000, "application/json"),
    (b'{"a":' * 100_000, "application/json"),
    (b'{"title": 1e400, "limit": NaN}', "application/json"),
    (b'{"title": "a", "title": "b"}', "application/json"),
    (b'\xef\xbb\xbf{"title": "a"}', "application/json"),
    (b"\xff\xfe\x00", "application/json"),
    (b'{"title": "\xed\xa0\x80"}', "application/json; charset=utf-7"),
    (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "text/xml"),
    (b"title=x", "application/x-www-form-urlencoded"),
    (b"&" * 5_000, "application/x-www-form-urlencoded"),
    (b"=&a=%ff&%00=%00&a[]=1&a[x]=2", "application/x-www-form-urlencoded"),
    (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    (
        b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename*=utf-9''%ff\r\n\r\nx",
        "multipart/form-data; boundary=x",
    ),
    (b"nothing", "multipart/form-data"),
    (b"x", "\x00/\xff"),
    (b"x" * 70_000, "text/plain"),
)
# In place of a number or a word of a path; already escaped, as they go over the wire.
STEPS: Sequence[str] = (
    "0",
    "-1",
    "1.5",
    "999999999",
    "9223372036854775808",
    "9" * 400,
    "9" * 5_000,
    "9007199254740993",
    "%00",
    "%D9%A3",
    "%ED%A0%80",
    "%ff",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%27%20OR%201=1",
    "%F0%9F%A6%86",
    "a" * 3_000,
    "%0d%0aSet-Cookie:x=1",
    "{{7*7}}",
    "%3Cscript%3E",
    "__class__",
)
HEADERS: Sequence[tuple[str, str]] = (
    ("If-Match", '"' * 500),
    ("If-Match", "*, *"),
    ("If-Match", '"' + "9" * 400 + '"'),
    ("If-None-Match", "W/" * 500),
    ("Idempotency-Key", "a\x7fb"),
    ("Idempotency-Key", "k" * 5_000),
    ("Authorization", "Bearer " + "\xff" * 30),
    ("Authorization", "Basic !!!"),
    ("Accept", "application/json;q=x, */*;q=9"),
    ("Accept-Language", "ru;q=" + "9" * 400 + ", " + "x-" * 2_000),
    ("Content-Encoding", "gzip"),
    ("Range", "bytes=9-1,-,x"),
    ("X-Request-Id", "a b<script>"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Forwarded-For", "127.0.0.1, " * 300),
    ("X-Forwarded-Host", "evil.example"),
    ("Host", "evil.example:99999999"),
    ("Cookie", 'itsm_session=\xff\xfe; session=eyJhIjoxfQ.x.y; itsm_lang=../../x; itsm_theme="><script>'),
    ("Cookie", "session=." + base64.urlsafe_b64encode(zlib.compress(b"0" * 3_000_000)).decode() + ".x.y"),
    ("Cookie", "=; ;;; a" * 400),
    ("Referer", "//evil.example/\\"),
    ("Origin", "null"),
)


def share(values: Sequence[Any], turn: int, most: int | None) -> Iterator[Any]:
    """`most` of the values, other ones at each turn, so that a short run still sends each of them many times."""
    if most is None or most >= len(values):
        yield from values
        return
    for step in range(most):
        yield values[(turn * most + step) % len(values)]

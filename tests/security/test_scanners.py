"""wapiti and sqlmap, signed in, over every address and form of the site: they find nothing.

Each lives in a virtual environment of its own, made here: wapiti brings a proxy whose needs do not fit the lock.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from itsm.core.web.edge import SESSION_COOKIE
from itsm.plugins.testing.forms import forms_of
from itsm.plugins.testing.visitors import Visitor, enter
from tests.pages.browser import serving
from tests.security.conftest import plain
from tests.security.furnished import Furnished, standing
from tests.security.shots import address

pytestmark = pytest.mark.long
# Those that need no host outside, and fit a Python desk: not those that look for PHP shops or known products.
MODULES = "xss,permanentxss,sql,timesql,exec,file,redirect,crlf,ldap,csrf,methods,htaccess,cookieflags,csp,http_headers"
SECONDS, SECONDS_A_MODULE = 240, 60
# The site under test is not behind https; that cookies are Secure where it is stands in tests/core/web.
BY_HTTP = "Secure Flag cookie"
# What ends the session, the desk or the plugin would end the scan.
NOT_VISITED = ("/sign-out", "/plugins/", "/static/")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """A desk with something of everything."""
    with standing(tmp_path_factory.mktemp("scanned"), plain()) as made:
        yield made


def tool(folder: Path, name: str) -> Path:
    """The program of a package from the index, in an environment of its own."""
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "venv", "--quiet", folder], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", name], check=True)
    return folder / "bin" / name.removesuffix("3")


def crawled(made: Furnished, visitor: Visitor) -> list[str]:
    """Every address that this visitor may open, and those that its search and filter forms lead to."""
    found: dict[str, None] = {}
    waiting = [address(r, made.places) for r in made.app.url_map.iter_rules() if "GET" in (r.methods or ())]
    for path in waiting:
        if path.startswith(NOT_VISITED) or path in found or len(found) > 400:
            continue
        shown = visitor.get(path)
        if shown.status_code != 200:
            continue
        found[path] = None
        for form in forms_of(shown.text) if shown.mimetype == "text/html" else ():
            if form.method == "get":
                held = {c.name: (c.values or ["x"])[0] or "x" for c in form.controls if c.name}
                waiting.append(f"{urlsplit(form.action or path).path}?{urlencode(held)}")
                waiting += [f"{urlsplit(form.action or path).path}?{name}=1" for name in held]
    return list(found)


def with_parameters(paths: list[str]) -> list[str]:
    """Those with something to vary: one address for each route and set of parameters."""
    return sorted({path for path in paths if "?" in path})


@pytest.mark.parametrize("who", ["agent", "admin"])
def test_wapiti_signed_in_finds_nothing(made: Furnished, tmp_path: Path, who: str) -> None:
    visitor = enter(made.app, who)
    program, report = tool(tmp_path / "wapiti", "wapiti3"), tmp_path / "report.json"
    with serving(made.app) as site:
        starts = [part for path in crawled(made, visitor) for part in ("-s", site + path)]
        subprocess.run(
            [
                program, "-u", f"{site}/", *starts, "-C", cookie(visitor), "-m", MODULES, "-d", "2", "--scope",
                "domain", "-x", f"{site}/sign-out", "-x", f"{site}/plugins*", "--max-scan-time", str(SECONDS),
                "--max-attack-time", str(SECONDS_A_MODULE), "--flush-session", "--store-session", tmp_path / "session",
                "-f", "json", "-o", report, "--no-bugreport", "-v", "1",
            ],
            check=True, timeout=20 * SECONDS, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    told = json.loads(report.read_text())
    found = {name: entries for name, entries in told["vulnerabilities"].items() if entries and name != BY_HTTP}
    broken = {name: entries for name, entries in told["anomalies"].items() if entries}
    assert told["infos"]["crawled_pages_nbr"] > 40
    assert not found, json.dumps(found, indent=1)[:4_000]
    assert not broken, json.dumps(broken, indent=1)[:4_000]


def cookie(visitor: Visitor) -> str:
    """What signs a program in as this visitor."""
    kept = visitor.client.get_cookie(SESSION_COOKIE)
    assert kept is not None
    return f"{kept.key}={kept.value}"


def test_sqlmap_finds_nothing_to_inject_into(made: Furnished, tmp_path: Path) -> None:
    visitor = enter(made.app, "admin")
    program, listed, out = tool(tmp_path / "sqlmap", "sqlmap"), tmp_path / "addresses", tmp_path / "out"
    token = made.world.sample.tokens["admin"]
    with serving(made.app) as site:
        api = [
            f"/api/v1/tickets?{name}=1" for name in ("q", "kind", "team", "tag", "after", "limit", "incidents.major")
        ]
        api += ["/api/v1/search?q=a&kind=ticket", "/api/v1/events?after=1&stream=ticket", "/api/v1/people?q=a"]
        paths = with_parameters(crawled(made, visitor)) + api
        listed.write_text("\n".join(site + path for path in paths))
        told = subprocess.run(
            [
                program, "-m", listed, "--batch", "--cookie", cookie(visitor), "-H", f"Authorization: Bearer {token}",
                "--level", "1", "--risk", "1", "--technique", "BEU", "--threads", "2", "--output-dir", out,
                "--disable-coloring", "--flush-session", "--random-agent",
            ],
            check=True, capture_output=True, text=True, timeout=20 * SECONDS,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        ).stdout  # fmt: skip
    tested = told.count("testing URL")
    assert tested >= len(paths) // 2, told[-2_000:]
    results = [line for file in out.glob("results-*.csv") for line in file.read_text().splitlines()[1:] if line.strip()]
    # What answers differ by, sqlmap then tries to use; where it can't, it says so itself.
    tried = [line for line in results if line.split(",")[2].strip()]
    injectable = [line for line in tried if "false positive or unexploitable" not in line]
    assert not injectable, "\n".join(injectable)
    assert "the following injection point" not in told

"""Requests to other systems: no spelling, name or redirect leads inside, and no answer is too long or too slow."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import pytest
import requests

from itsm.core.errors import SettingsError
from itsm.core.outbound.outside import OutboundRefused, OutboundTooLarge, OutboundTooSlow, _Attempt, _OneRequest
from itsm.core.outbound.rules import Reach, parse_allowed, refusal
from itsm.core.outbound.verbs import outbound, session_for
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, settings_for
from tests.servers.sink import Sink, http_sink

# Each leads to this machine, to its neighbours or to the metadata of a cloud.
INSIDE_HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "0", "00.0.0.0", "１２７.0.0.1", "127。0。0。1",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fd00:ec2::254]",
    "192.0.0.192", "224.0.0.1", "255.255.255.255", "240.0.0.1", "[ff02::1]", "198.18.0.1",
)  # fmt: skip


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Another system on this machine."""
    with http_sink() as sink:
        yield sink


def reach_of(sink: Sink, **more: float) -> Reach:
    return Reach(hosts=frozenset({("127.0.0.1", sink.port)}), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("host", INSIDE_HOSTS)
def test_no_spelling_of_an_inside_address_is_reached(sink: Sink, host: str) -> None:
    open_ports = Reach(ports=frozenset({80, sink.port}))
    with session_for(open_ports) as http, pytest.raises(requests.RequestException):
        http.get(f"http://{host}:{sink.port}/", timeout=2)
    assert sink.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}@127.0.0.1:{port}/",
        "http://example.org\\@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@example.invalid/",
        "http://example.invalid#@127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/_",
        "//127.0.0.1:{port}/",
        "http:///",
    ],
)
def test_no_trick_with_names_schemes_or_fragments_helps(sink: Sink, url: str) -> None:
    with session_for(Reach(ports=frozenset({80, sink.port}))) as http, pytest.raises(requests.RequestException):
        http.get(url.format(port=sink.port), timeout=2)
    assert sink.heard == []


def test_a_host_that_the_desk_names_is_reached_and_one_by_its_network_too(sink: Sink) -> None:
    for allowed in (f"127.0.0.1:{sink.port}", "127.0.0.0/8", f"localhost, 127.0.0.1:{sink.port}"):
        hosts, networks = parse_allowed(allowed)
        with session_for(Reach(hosts, networks)) as http:
            assert http.post(f"{sink.url}/hook", json={}).text == "ok"
    with session_for(Reach(hosts=frozenset({("127.0.0.1", 1)}))) as http, pytest.raises(OutboundRefused):
        http.get(sink.url)


def test_a_redirect_to_the_inside_is_not_followed(sink: Sink) -> None:
    with http_sink() as inner:

        def to_the_inside(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", f"{inner.url}/secret")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        sink.answers["/go"] = to_the_inside
        with session_for(reach_of(sink)) as http, pytest.raises(OutboundRefused, match="inside address"):
            http.get(f"{sink.url}/go")
        assert (sink.heard, inner.heard) == ([("/go", "")], [])


def test_a_name_that_leads_outside_and_inside_is_refused() -> None:
    assert refusal(Reach(), "example.org", 443, ["93.184.216.34"]) == ""
    assert "inside" in refusal(Reach(), "example.org", 443, ["93.184.216.34", "10.0.0.1"])
    assert "port 22" in refusal(Reach(), "example.org", 22, ["93.184.216.34"])
    assert refusal(Reach(hosts=frozenset({("example.org", None)})), "EXAMPLE.org.", 22, ["10.0.0.1"]) == ""


def test_what_was_judged_is_what_is_connected_to_whatever_the_name_says_by_then(sink: Sink) -> None:
    """No name is looked up between the judgement and the connection: this one cannot be looked up at all."""
    judged = socket.getaddrinfo("127.0.0.1", sink.port, type=socket.SOCK_STREAM)
    request = requests.Request("GET", f"http://rebound.invalid:{sink.port}/").prepare()
    with _Attempt(judged, 5).limited() as attempt, _OneRequest(attempt).send(request, timeout=5) as answer:
        assert answer.text == "ok"


def test_an_answer_that_is_too_long_is_not_read_to_its_end(sink: Sink) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            while True:
                handler.wfile.write(b"x" * 65_536)

    sink.answers["/"] = endless
    with session_for(reach_of(sink, size=200_000)) as http, pytest.raises(OutboundTooLarge):
        http.get(f"{sink.url}/")


@pytest.mark.parametrize("head", [True, False])
def test_an_answer_that_drips_for_ever_is_cut_in_time(sink: Sink, head: bool) -> None:
    def dripping(handler: BaseHTTPRequestHandler) -> None:
        if not head:
            handler.send_response(200)
            handler.end_headers()
        with suppress(OSError):
            while True:
                handler.wfile.write(b"x")
                time.sleep(0.1)

    sink.answers["/"] = dripping
    before = time.monotonic()
    with session_for(reach_of(sink, seconds=1.0)) as http, pytest.raises(OutboundTooSlow):
        http.get(f"{sink.url}/")
    assert time.monotonic() - before < 5


def test_the_environment_has_no_say(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", sink.url)
    with session_for(Reach()) as http, pytest.raises(requests.RequestException):
        http.get("http://inside.invalid/", timeout=2)
    assert sink.heard == []


def test_a_verb_gets_the_session_of_its_desk(desk: Desk, sink: Sink) -> None:
    with desk.unit_of_work(TESTER) as uow, outbound(uow) as http, pytest.raises(OutboundRefused):
        http.get(sink.url)


def test_settings_name_what_is_wrong_with_them(tmp_path: object) -> None:
    good = settings_for(
        tmp_path, "sqlite://", outbound_allow="idp.corp, ci.corp:8081,10.1.0.0/16", outbound_ports="443"
    )  # type: ignore[arg-type]
    assert good.reach.hosts == {("idp.corp", None), ("ci.corp", 8081)}
    assert (list(map(str, good.reach.networks)), good.reach.ports) == (["10.1.0.0/16"], {443})
    for name, value in (
        ("outbound_allow", "http://idp.corp/"),
        ("outbound_allow", "10.1.0.1/16"),
        ("outbound_ports", "x"),
    ):
        with pytest.raises(SettingsError, match=name.upper()):
            settings_for(tmp_path, "sqlite://", **{name: value})  # type: ignore[arg-type]

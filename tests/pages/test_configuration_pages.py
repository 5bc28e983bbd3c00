"""Administrators at the configuration: try, compare, put in force, put back, two at once."""

from collections.abc import Callable

from tests.pages.conftest import Visitor, hidden

SignedIn = Callable[[str], Visitor]
PLACE = "/configuration/core.topics"


def body(*keys: str) -> str:
    return "entries:\n" + "".join(f"- key: {key}\n  label: {{en: {key.title()}}}\n" for key in keys)


def save(admin: Visitor, *keys: str, **more: str) -> int:
    answer = admin.post(PLACE, {"body": body(*keys), "reason": "A test", **more})
    assert answer.status_code == 302, answer.text
    return int(admin.get(PLACE).text.split("?revision=")[1].split('"')[0])


def test_trying_shows_what_would_change_and_saves_nothing(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    save(admin, "a", "b")
    page = admin.post(PLACE, {"body": body("a", "c"), "reason": "", "then": "try"})
    assert page.status_code == 200
    assert "<code>entries.b</code>" in page.text
    assert "<code>entries.c</code>" in page.text
    assert "key: c" in page.text
    assert "C<" not in admin.get("/tickets/new").text
    assert admin.post(PLACE, {"body": "entries: 1", "reason": "", "then": "try"}).status_code == 422


def test_a_saved_revision_is_compared_before_it_is_put_in_force_and_back(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    first = save(admin, "alpha")
    second = save(admin, "beta", then="save")
    page = admin.get(f"{PLACE}?revision={second}")
    assert "<code>entries.alpha</code>" in page.text
    assert f"/configuration/revisions/{second}/activate" in page.text
    match = hidden(page, "match")
    put = {"match": match, "reason": ""}
    assert admin.post(f"/configuration/revisions/{second}/activate", put).status_code == 302
    back = {"match": str(second), "reason": ""}
    refused = admin.post(f"/configuration/revisions/{first}/activate", back)
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert admin.post(f"/configuration/revisions/{first}/activate", back | {"reason": "Back"}).status_code == 302
    assert "Alpha" in admin.get("/tickets/new").text
    restore = {"match": str(first), "reason": "As shipped"}
    assert admin.post(f"{PLACE}/restore", restore).status_code == 302
    assert "Alpha" not in admin.get("/tickets/new").text
    assert admin.get(f"{PLACE}?revision={2**40}").status_code == 404
    assert admin.get(f"/configuration/core.priorities?revision={first}").status_code == 404


def test_of_two_administrators_the_second_sees_what_the_first_changed(signed_in: SignedIn) -> None:
    one, other = signed_in("admin"), signed_in("admin")
    save(one, "a")
    seen = hidden(other.get(PLACE), "match")
    save(one, "a", "theirs", match=seen)
    mine = {"body": body("a", "mine"), "reason": "Mine", "match": seen}
    conflict = other.post(PLACE, mine)
    assert conflict.status_code == 412
    assert "What others changed meanwhile" in conflict.text
    assert conflict.text.count("<code>entries.theirs</code>") == 2
    assert "<code>entries.mine</code>" in conflict.text
    assert "key: mine" in conflict.text
    late = {"match": seen, "reason": "Late"}
    assert other.post(f"{PLACE}/restore", late).status_code == 412
    assert other.post(PLACE, mine | {"match": hidden(conflict, "match")}).status_code == 302
    assert "Mine" in one.get("/tickets/new").text


def test_the_list_says_who_changed_what_and_when(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    save(admin, "a")
    page = admin.get("/configuration").text
    assert "revision 1 · Admin ·" in page
    assert "as shipped" in page


def test_the_whole_configuration_is_downloaded_as_the_command_writes_it(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    save(admin, "tea")
    assert "/configuration/export" in admin.get("/configuration").text
    answer = admin.get("/configuration/export")
    assert answer.text.startswith("format: 1\n")
    assert "    - key: tea\n" in answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    assert signed_in("agent").get("/configuration/export").status_code == 403

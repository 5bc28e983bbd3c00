"""What each sender says is read into the same alerts."""

import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from itsm.core.errors import Invalid
from itsm.plugins import Alert, RefusedAlert, SignedRequest
from itsm_monitoring.outside import SOURCES, grafana
from tests.monitoring.recorded import NOW, PARSERS, parsed, read, recorded


def alerts(found: list[Alert | RefusedAlert]) -> list[Alert]:
    assert not [each for each in found if isinstance(each, RefusedAlert)]
    return [each for each in found if isinstance(each, Alert)]


def of_file(folder: Path, source: str, name: str) -> list[Alert]:
    return [alert for one in recorded(folder / "alerts" / name) for alert in alerts(parsed(source, one))]


def test_alertmanagers_groups_are_read_alert_by_alert(data_dir: Path) -> None:
    found = of_file(data_dir, "alertmanager", "alertmanager-0.25.0-recorded.jsonl")
    assert len(found) > 461
    assert {alert.status for alert in found} == {"firing", "resolved"}
    first = found[0]
    assert (first.key, first.severity, first.labels["cluster"]) == ("ff3af81b01179d13", "critical", "eu")
    assert first.title == "HostDown summary (web1:9100)"
    assert first.starts_at == datetime(2026, 11, 21, 19, 18, 23, 637199, tzinfo=UTC)
    assert first.ends_at is None, "the year 1 is no end"
    assert all(alert.ends_at for alert in found if alert.status == "resolved")


def test_a_repeat_of_alertmanager_is_the_same_message_and_the_next_trouble_another(data_dir: Path) -> None:
    found = of_file(data_dir, "alertmanager", "alertmanager-0.25.0-recorded.jsonl")
    messages = {(alert.key, alert.event) for alert in found}
    states = {(alert.key, alert.starts_at, alert.status) for alert in found}
    assert len(messages) == len(states) < len(found)


def test_groups_of_a_thousand_and_of_eleven_thousand_alerts_are_read_whole(data_dir: Path) -> None:
    sizes = []
    for one in recorded(data_dir / "alerts" / "alertmanager-0.25.0-big-groups.jsonl.gz"):
        found = alerts(parsed("alertmanager", one))
        assert len({alert.key for alert in found}) == len(found)
        sizes.append(len(found))
    assert min(sizes) >= 1_000
    assert max(sizes) >= 11_000


def test_nagios_knows_a_trouble_by_host_and_service(data_dir: Path) -> None:
    found = of_file(data_dir, "nagios", "nagios-4.4.6-recorded.jsonl")
    assert [alert.status for alert in found] == [
        "firing", "firing", "firing", "resolved", "firing", "acknowledged", "resolved",
    ]  # fmt: skip
    assert {alert.key for alert in found} == {"web1/Disk /var"}
    assert [alert.severity for alert in found[:2]] == ["warning", "critical"]
    assert found[0].title == "web1: Disk /var: WARNING - диск «/var» 91% <used> \"q\" 'x' $HOME"
    assert found[1].text == "line two\nline three"
    assert found[5].text.endswith("ivan: Смотрю")
    assert len({alert.event for alert in found}) == len(found)
    assert found[3].ends_at == datetime.fromtimestamp(1795289148, UTC)


def test_icingas_hosts_have_no_service(data_dir: Path) -> None:
    found = of_file(data_dir, "icinga", "icinga2-2.13.6-recorded.jsonl")
    assert [(alert.key, alert.status) for alert in found] == [
        ("db1/disk", "firing"), ("db1/disk", "firing"), ("db1/disk", "resolved"),
        ("db1", "firing"), ("db1", "resolved"),
    ]  # fmt: skip
    assert found[1].title == "db1: disk: CRITICAL - disk full"
    assert found[1].text == "line two\nline three"
    assert found[1].url == "https://wiki.example/disk"
    assert found[3].severity == "critical"


def test_zabbix_says_one_event_in_problem_and_recovery_and_macros_without_a_value_are_none(data_dir: Path) -> None:
    problem, recovery = of_file(data_dir, "zabbix", "zabbix-6.0.14-webhook-recorded.jsonl")
    assert (problem.key, problem.status, problem.severity) == ("event/22", "firing", "error")
    assert (recovery.key, recovery.status, recovery.severity) == ("event/22", "resolved", "")
    assert problem.title == "Queue on Приложение 01 is 50"
    assert problem.labels == {"host": "app-01", "trigger": "23133", "service": "orders", "env": "prod"}
    assert problem.id == ""
    assert recovery.ends_at == datetime(2026, 11, 21, 19, 34, 17, tzinfo=UTC)
    assert "{EVENT" not in str(problem)


def test_what_our_answer_named_comes_back_from_zabbix() -> None:
    known = {"event_id": "22", "event_value": "0", "saved_tag": "a" + "0" * 25}
    (alert,) = alerts(read("zabbix", known))
    assert alert.id == "a" + "0" * 25


def test_monits_words_for_a_fault_and_for_its_end_are_about_one_trouble(data_dir: Path) -> None:
    fault, end = of_file(data_dir, "monit", "monit-5.33.0-recorded.jsonl")
    assert (fault.key, fault.status) == ("vm/flag/existence", "firing")
    assert (end.key, end.status) == ("vm/flag/existence", "resolved")
    assert fault.starts_at == datetime(2026, 11, 21, 19, 57, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        ("Connection failed", ("connection", "firing")), ("Connection succeeded", ("connection", "resolved")),
        ("Resource limit matched", ("resource limit", "firing")), ("Timeout recovery", ("timeout", "resolved")),
        ("Link down", ("link", "firing")), ("PID changed", ("pid changed", "note")),
    ],
)  # fmt: skip
def test_other_words_of_monit(event: str, meaning: tuple[str, str]) -> None:
    (alert,) = alerts(read("monit", {"event": event, "service": "web", "host": "vm"}))
    assert (alert.key.rpartition("/")[2], alert.status) == meaning


def test_grafana_of_today_and_of_yesterday(data_dir: Path) -> None:
    def file(name: str) -> Any:
        return json.loads((data_dir / "alerts" / name).read_text(encoding="utf-8"))

    today = alerts(read("grafana", file("oncall-grafana_alerting.json")))
    assert today[0].title == "Instance localhost:8081 down"
    assert today[0].severity == "critical"
    for name, status in (
        ("alerta-grafana_alert_alerting.json", "firing"),
        ("alerta-grafana_alert_ok.json", "resolved"),
    ):
        (old,) = alerts(read("grafana", file(name)))
        assert (old.key, old.status, old.title) == ("rule/1/7", status, "Zeta CPU alert")


def test_grafanas_signature_covers_the_body_and_grows_old() -> None:
    def told(body: bytes, stamp: str = "", *, known: str = "s") -> str:
        headers = {grafana.SIGNATURE: hmac.new(b"s", (stamp + ":").encode() * bool(stamp) + body, sha256).hexdigest()}
        given = headers | ({grafana.STAMP: stamp} if stamp else {})
        return str(grafana.check(SignedRequest(b"{}", given, known, NOW)) or "")

    assert told(b"{}") == ""
    assert "missing or wrong" in told(b"{ }")
    assert "missing or wrong" in told(b"{}", known="other")
    assert told(b"{}", stamp=str(int(NOW.timestamp()) - 200)) == ""
    assert "older than five minutes" in told(b"{}", stamp=str(int(NOW.timestamp()) - 400))


def event(**more: Any) -> dict[str, Any]:
    payload = {
        "summary": "DISK at 99%",
        "source": "db1",
        "severity": "error",
        "timestamp": "2026-11-21T08:42:58.315+0000",
    }
    return {"routing_key": "k", "event_action": "trigger", "dedup_key": "srv01/mysql", "payload": payload, **more}


def test_pagerduty_triggers_acknowledges_and_resolves_by_its_key() -> None:
    (trigger,) = alerts(read("pagerduty", event()))
    (taken,) = alerts(read("pagerduty", event(event_action="acknowledge", payload=None)))
    (resolve,) = alerts(read("pagerduty", event(event_action="resolve", payload=None)))
    assert {alert.key for alert in (trigger, taken, resolve)} == {"srv01/mysql"}
    assert [alert.status for alert in (trigger, taken, resolve)] == ["firing", "acknowledged", "resolved"]
    assert (trigger.title, trigger.severity, trigger.labels["source"]) == ("DISK at 99%", "error", "db1")
    assert trigger.event
    assert not taken.event, "nothing tells one acknowledgement from another"
    unnamed = [alerts(read("pagerduty", event(dedup_key=None)))[0].key for _ in range(2)]
    assert unnamed[0] == unnamed[1] != ""


def cloud_event(**more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": "17", "source": "/sensors/db1", "type": "org.example.disk.full.firing",
        "subject": "disk0", "time": "2026-11-21T08:00:00Z", "data": {"title": "Disk full", "severity": "critical"},
        **more,
    }  # fmt: skip


def test_cloudevents_structured_in_a_batch_and_binary() -> None:
    end = cloud_event(id="18", type="org.example.disk.full.resolved", data=None)
    first, last = alerts(read("cloudevents", [cloud_event(), end]))
    assert (first.title, first.severity, first.status) == ("Disk full", "critical", "firing")
    assert first.key == last.key == "/sensors/db1/disk0"
    assert last.status == "resolved"
    headers = {f"ce-{name}": value for name, value in cloud_event().items() if isinstance(value, str)}
    (binary,) = alerts(read("cloudevents", {"title": "Disk full", "severity": "critical"}, headers))
    assert binary == first


def test_the_documented_form_is_strict_and_refuses_one_alert_not_its_neighbours() -> None:
    good = {"key": "db1/disk", "title": "Диск полон", "severity": "critical", "labels": {"host": "db1"}}
    bad: list[Any] = [
        {**good, "colour": "red"}, {**good, "status": "burning"}, {**good, "severity": "awful"}, {"title": "no key"},
        {**good, "starts_at": "yesterday"}, {**good, "labels": [1]}, "text", None,
    ]  # fmt: skip
    found = read("generic", [good, *bad, good])
    assert [isinstance(each, RefusedAlert) for each in found] == [False, *[True] * len(bad), False]
    names = [each.field for each in found if isinstance(each, RefusedAlert)]
    assert names == ["colour", "status", "severity", "key", "starts_at", "labels", "", ""]
    (alert,) = alerts(read("generic", good))
    assert (alert.status, alert.key, alert.title) == ("firing", "db1/disk", "Диск полон")


def test_times_that_cannot_be_are_none_and_those_of_the_future_are_kept() -> None:
    def starts(text: str) -> datetime | None:
        given = {"status": "firing", "labels": {"alertname": "x"}, "startsAt": text}
        return alerts(read("alertmanager", {"alerts": [given]}))[0].starts_at

    assert starts("0001-01-01T00:00:00Z") is None
    assert starts("9999-12-31T23:59:59Z") is None
    assert starts("2026-02-30T00:00:00Z") is None
    assert starts("2026-11-22T00:00:00.123456789+03:00") == datetime(2026, 11, 21, 21, 0, 0, 123456, tzinfo=UTC)


def test_texts_without_end_are_cut_and_control_characters_go() -> None:
    given = {
        "status": "firing",
        "labels": {"alertname": "x" * 900},
        "annotations": {"description": "y\x00" * 1_000_000},
    }
    (alert,) = alerts(read("alertmanager", {"alerts": [given]}))
    assert (len(alert.title), len(alert.text), len(alert.labels["alertname"])) == (300, 20_000, 500)
    assert "\x00" not in alert.text


@pytest.mark.parametrize("source", sorted(PARSERS))
@pytest.mark.parametrize(
    "data", [None, 1, "text", [], {}, [1], {"alerts": 5}, {"alerts": []}, [[[]]], {"x": {"y": []}}]
)
def test_what_is_not_of_the_senders_shape_is_refused(source: str, data: Any) -> None:
    try:
        found = read(source, data)
    except Invalid:
        return
    assert found
    assert all(isinstance(each, RefusedAlert) for each in found)


def test_members_of_any_type_break_no_reader(data_dir: Path) -> None:
    odd = (None, True, -1, 10**30, 1.5, "", "x" * 5_000, [], {}, [[]], {"a": {}}, "\ud800", "\x00")
    shapes = {
        "alertmanager": {
            "alerts": [{"status": "firing", "labels": {"alertname": "x"}, "annotations": {}, "startsAt": ""}]
        },
        "grafana": {"ruleId": 1, "state": "ok", "evalMatches": [{"metric": 1}], "message": "", "ruleName": ""},
        "zabbix": {"event_id": "1", "event_value": "1", "event_tags": "[]", "event_date": "", "event_time": ""},
        "nagios": {"notification_type": "PROBLEM", "host": "h", "timet": "1", "long_output": ""},
        "icinga": {"type": "PROBLEM", "host": "h", "service": "s", "service_output": "", "timet": ""},
        "monit": {"event": "Exists", "service": "s", "date": ""},
        "pagerduty": event(),
        "cloudevents": cloud_event(),
        "generic": {"key": "k", "title": "t", "labels": {}, "starts_at": None},
    }  # fmt: skip
    assert set(shapes) == {source.name for source in SOURCES}
    for source, shape in shapes.items():
        inner = shape["alerts"][0] if source == "alertmanager" else shape
        for name in list(inner):
            for value in odd:
                changed = {**inner, name: value}
                try:
                    read(source, {"alerts": [changed]} if source == "alertmanager" else changed)
                except Invalid:
                    continue

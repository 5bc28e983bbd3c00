"""The search at 190,000 tickets against 1,000: questions, freshness, and building the documents, on both databases.

Bounds: up to 50 matches within 3× of the small desk; a word in 5 % of all tickets within 150 ms; 2,000 documents a
second. Floors beside: the bare statement of the database, and the bare insert of the same rows.
"""

import argparse
import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, insert, select, text

from bench.desks import SEED, Measured, databases, filled
from itsm.blocks.search.models import DOCUMENTS
from itsm.blocks.search.rules import fts_query, parse, stem_of, ts_query
from itsm.blocks.search.verbs import build_some, index_subjects
from itsm.core.db import Base, make_engine, table_of
from itsm.core.tickets.models import Comment
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import START, TESTER

SMALL, LARGE, ROUNDS, REPEATS = 1_000, 190_000, 9, 12
RARE = 50
ROOTS = [
    "сервер",
    "почт",
    "принтер",
    "сет",
    "настрой",
    "оплат",
    "договор",
    "отчёт",
    "склад",
    "касс",
    "монитор",
    "ключ",
    "печат",
    "вход",
    "парол",
    "клиент",
]
ENDINGS = ("", "а", "ы", "ов", "ами", "е", "у", "ный", "ная", "ного", "ить", "ил", "ает")
LATIN = [
    "server",
    "mail",
    "print",
    "network",
    "order",
    "report",
    "screen",
    "key",
    "login",
    "client",
    "update",
    "driver",
]
COMMON, SELDOM = ("шлюз", "шлюзы", "шлюза", "шлюзов"), ("гидролокатор", "гидролокатора", "гидролокаторы")
QUESTIONS = {
    "50 matches, a word": "/search?q=гидролокаторов&kind=ticket&limit=50",
    "50 matches, everywhere": "/search?q=гидролокаторов",
    "50 matches, a phrase": '/search?q="гидролокатор+на+мачте"&kind=ticket&limit=50',
    "50 matches, a beginning": "/search?q=гидролок*&kind=ticket&limit=50",
    "50 matches, two words": "/search?q=мачта+гидролокатора&kind=ticket&limit=50",
    "50 matches, in the list": "/tickets?q=гидролокатор",
    "50 matches, counted": "/tickets/count?q=гидролокатор",
    "a number": "/search?q=%23777",
}
LARGE_ONLY = {
    "5 %, a word": "/search?q=шлюзам&kind=ticket&limit=50",
    "5 %, everywhere": "/search?q=шлюзам",
    "5 %, in the list": "/tickets?q=шлюз",
    "5 %, counted": "/tickets/count?q=шлюз",
    "5 %, a beginning of three letters": "/search?q=шлю*&kind=ticket&limit=50",
    "5 %, a requester who sees one in a thousand": "/search?q=шлюзам&limit=50",
    "a beginning that half of all hold": "/search?q=сер*",
}


def words(number: int, count: int) -> list[str]:
    """Words with the frequencies of a language: few very often, most of 40,000 seldom."""
    chance = random.Random(SEED * 3 + number)
    return [_word(int(40_000 ** chance.random())) for _ in range(count)]


def _word(rank: int) -> str:
    root = (ROOTS + LATIN)[rank % 28]
    middle = "".join("абвгдежзик"[int(d)] for d in str(rank // 28)) if rank >= 28 else ""
    return (
        f"{root}{middle}{ENDINGS[rank % 13]}" if rank % 28 < 16 else root + "abcdefghij"[rank % 10] * (rank // 28 % 5)
    )


def described(size: int) -> Callable[[int], dict[str, Any]]:
    """Descriptions of 60 words; 50 tickets of the desk hold a word of their own, one in twenty another."""
    step = size // RARE

    def more(number: int) -> dict[str, Any]:
        chance = random.Random(SEED * 5 + number)
        told = words(number, 60)
        if chance.random() < 0.05:
            told.insert(20, chance.choice(COMMON))
        if number % step == step - 1:
            told[10:10] = [chance.choice(SELDOM[:1]), "на", "мачте"]
        return {"description": " ".join(told)}

    return more


def add_comments(engine: Engine, size: int) -> None:
    """A message of 30 words on each ticket, one in five internal."""
    rows = ({"ticket_id": n + 1, "public": n % 5 > 0, "author": "", "body": " ".join(words(-n, 30)), "channel": "web",
             "created_at": START} for n in range(size))  # fmt: skip
    while chunk := list(itertools.islice(rows, 5000)):
        with engine.begin() as connection:
            connection.execute(insert(table_of(Comment)), chunk)


def build(desk: Desk) -> tuple[int, float]:
    """(documents, seconds) of building all tickets as the job does, a transaction for each batch."""
    progress, started = None, time.perf_counter()
    while progress is None or not progress.finished:
        with desk.unit_of_work(TESTER) as uow:
            progress = build_some(uow, kind="ticket", after=progress.after if progress else 0)
    return progress.done, time.perf_counter() - started


def bare_inserts(url: str, engine: Engine) -> float:
    """Seconds for the same rows by nothing but executemany, 500 a transaction, index and all."""
    columns = [c for c in DOCUMENTS.c if c.name != "id"]
    other = make_engine(url).execution_options(itsm_write=True)
    with other.begin() as connection:
        Base.metadata.create_all(connection, tables=[DOCUMENTS])
    seconds = 0.0
    with engine.connect() as source:
        for rows in _chunks(source.execution_options(yield_per=500).execute(select(*columns)).mappings()):
            started = time.perf_counter()
            with other.begin() as connection:
                last = connection.scalar(text("SELECT max(id) FROM search_document")) or 0
                connection.execute(insert(DOCUMENTS), rows)
                if other.dialect.name == "sqlite":
                    put = (
                        "INSERT INTO search_index (rowid, stems) SELECT id, stems FROM search_document WHERE id > :last"
                    )
                    connection.execute(text(put), {"last": last})
            seconds += time.perf_counter() - started
    other.dispose()
    return seconds


def _chunks(rows: Any) -> Iterator[list[dict[str, Any]]]:
    for partition in rows.partitions(500):
        yield [dict(row) for row in partition]


def bare_question(engine: Engine, asked: str) -> float:
    """Milliseconds for the newest 1,000 in one bare statement of the database."""
    terms = parse(asked)
    if engine.dialect.name == "sqlite":
        found = "d.id IN (SELECT rowid FROM search_index WHERE search_index MATCH :q)"
        query = fts_query(terms, kind="ticket", internal=True)
    else:
        found, query = "d.vector @@ CAST(:q AS tsquery)", ts_query(terms, kind="ticket", internal=True)
    head = "SELECT d.subject_id, d.title FROM search_document d WHERE"
    statement = text(f"{head} {found} ORDER BY d.measure DESC LIMIT 1000")
    with engine.connect() as connection:
        return _median(lambda: connection.execute(statement, {"q": query}).all())


def _median(act: Callable[[], Any]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def ask(measured: Measured, client: FlaskClient, path: str, who: str = "agent") -> float:
    """The median of some whole requests, in milliseconds."""
    headers = {"Authorization": f"Bearer {measured.sample.tokens[who]}"}
    answer = client.get(f"/api/v1{path}", headers=headers)
    if answer.status_code != 200 or answer.json in ({"count": 0}, {"items": []}) or not answer.json.get("items", [1]):
        raise SystemExit(f"{path}: {answer.status_code} {answer.text[:200]}")
    return _median(lambda: client.get(f"/api/v1{path}", headers=headers))


def freshness(measured: Measured) -> float:
    """Milliseconds for one document after an event, with its commit."""
    numbers = itertools.count(5)

    def one() -> None:
        with measured.desk.unit_of_work(TESTER) as uow:
            number = next(numbers)
            uow.session.execute(text("UPDATE ticket SET title = title || ' x' WHERE id = :id"), {"id": number})
            index_subjects(uow, kind="ticket", ids=[number])

    return _median(one)


def measure(name: str, maker: Any, large: int, report: Callable[[str], None]) -> None:
    """All tables' rows of one database."""
    with maker() as one, maker() as other, maker() as empty, \
            filled(one, SMALL, described(SMALL)) as small, filled(other, large, described(large)) as big:  # fmt: skip
        engines = [make_engine(url).execution_options(itsm_write=True) for url in (one, other)]
        stem_of.cache_clear()
        for engine, desk, size in zip(engines, (small, big), (SMALL, large), strict=True):
            add_comments(engine, size)
            done, seconds = build(desk.desk)
            with engine.begin() as connection:
                connection.execute(text("analyze"))
        again = build(big.desk)[1]
        floor = bare_inserts(empty, engines[1])
        report(f"| {name} | build | {done / seconds:.0f} a second | again {done / again:.0f} a second | bare inserts "
               f"{done / floor:.0f} a second |")  # fmt: skip
        report(f"| {name} | one document after an event | {freshness(small):.2f} ms | {freshness(big):.2f} ms | |")
        clients = small.app.test_client(), big.app.test_client()
        for question, path in QUESTIONS.items():
            pairs = [[ask(m, c, path) for m, c in zip((small, big), clients, strict=True)] for _ in range(ROUNDS)]
            a, b = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
            report(
                f"| {name} | {question} | {a:.2f} ms | {b:.2f} ms | {statistics.median(q / p for p, q in pairs):.2f} |"
            )
        for question, path in LARGE_ONLY.items():
            who = "requester" if "requester" in question else "agent"
            report(f"| {name} | {question} | | {ask(big, clients[1], path, who):.2f} ms | |")
        for asked in ("гидролокатор", "шлюз", "шлю*"):
            report(f"| {name} | the bare statement: {asked} | {bare_question(engines[0], asked):.2f} ms "
                   f"| {bare_question(engines[1], asked):.2f} ms | |")  # fmt: skip
        for engine in engines:
            engine.dispose()


def main(report: Callable[[str], None] = lambda line: print(line, flush=True)) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", default="sqlite,postgresql")
    parser.add_argument("--tickets", type=int, default=LARGE)
    given = parser.parse_args()
    report(f"| database | what | 1,000 | {given.tickets:,} | ratio |\n|---|---|---|---|---|")
    with databases(tuple(given.on.split(","))) as makers:
        for name, maker in makers.items():
            measure(name, maker, given.tickets, report)


if __name__ == "__main__":
    main()

"""Words of texts and of queries: fold, split, stem, and the two databases' spellings of a query. Pure.

What is stored and what is asked goes through the same functions, so that both databases only compare words that were
made here: of small Latin and Cyrillic letters alone, or of digits alone.
"""

import importlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from itsm.core.texts import fold

# ѣ stands for "internal": it is no letter of LETTERS, so no text and no query can hold it.
INTERNAL = "ѣ"
LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")
LETTERS = LATIN | RUSSIAN | frozenset("ґђѓєѕіїјљњћќўџ")
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
RUN = re.compile(r"[^\W\d_]{1,60}|\d{1,60}")
PLAIN = re.compile(r"[a-z]+|[а-я]+|[0-9]+")
# A phrase in quotes, or what stands between white space and the marks that never belong to a number or a name.
CHUNK = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”|„([^“”]*)[“”]|([^\s,;!?()\[\]{}<>|"«»“”„]+)')
POSSESSIVE = re.compile(r"(?<=[a-z])['’]s(?![^\W_])")
NUMBER = re.compile(r"\s*[#№]?\s*(\d{1,15})\s*")
FLEETING = re.compile(r"(.*[аеиоуыэюя].*[^аеиоуыэюя])[ое]([кц])|(.*[аеиоуыэюя])е(к)")
# Nouns of every desk, some of whose forms the Russian stemmer takes for verbs or adjectives.
NOUN = re.compile(
    "(архив|батаре|вокзал|домен|журнал|интервал|канал|капитал|квартал|лимит|материал|оригинал|персонал|портал|"
    "потенциал|проблем|профил|разъем|сигнал|систем|терминал|филиал|функционал|экран)"
    "(а|ам|ами|ах|е|ей|ем|и|ов|ой|ом|у|ы|ь|ю|я|ям|ями|ях)?"
)
IRREGULAR = {"писем": "письм", "окон": "окн"}

LONGEST_WORD = 60
MOST_WORDS = 10_000
MOST_CHARACTERS = 200_000
# PostgreSQL keeps no more places of one word in one document; SQLite would.
MOST_PLACES = 255
LONGEST_QUERY = 2_000
LONGEST_TITLE = 300
MOST_TERMS = 16
MOST_IN_PHRASE = 32
SHORTEST_BEGINNING = 3
MOST_TELLING = 5


@dataclass(frozen=True, slots=True)
class Term:
    """Stems in a row. `begins`: the last word may also go on after these letters; `forms`: or be one of these."""

    stems: tuple[str, ...]
    begins: str = ""
    forms: tuple[str, ...] = ()


def runs(text: str) -> list[str]:
    """A folded text as runs of letters and runs of digits: `КОД-7` is two, `INC0012` too."""
    return RUN.findall(POSSESSIVE.sub("", fold(INVISIBLE.sub("", text))))


def words(text: str) -> list[str]:
    """The words of a text in the letters that both databases take for letters."""
    return [run if PLAIN.fullmatch(run) else _spelt(run) for run in runs(text)]


def _spelt(run: str) -> str:
    """Letters of other scripts by their bare Latin or Cyrillic letter, or by a code of letters."""
    return "".join(c if c in LETTERS else _letter(c) for c in run)[:LONGEST_WORD]


def _letter(c: str) -> str:
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    bare = "".join(b for b in unicodedata.normalize("NFKD", c).casefold() if b in LETTERS)
    return bare or "q" + "".join(chr(ord("a") + int(digit, 16)) for digit in f"{ord(c):x}")


def stem(word: str) -> str:
    """What a folded word has in common with its other forms; numbers and words of two scripts stay as they are."""
    if RUSSIAN.issuperset(word):
        if found := NOUN.fullmatch(word):
            return found[1]
        return IRREGULAR.get(word) or _without_fleeting(str(_stemmers().RussianStemmer().stemWord(word)))
    if LATIN.issuperset(word):
        return str(_stemmers().EnglishStemmer().stemWord(word))
    return word


@lru_cache(maxsize=65_536)
def stem_of(run: str) -> str:
    """The stem of a run. The stemmers take 40 µs a word, and a desk's texts repeat the same few ten thousand."""
    return stem(run if PLAIN.fullmatch(run) else _spelt(run))


def _stemmers() -> Any:
    """Loaded at first use: the package brings thirty languages and costs an eighth of a second."""
    russian = importlib.import_module("snowballstemmer.russian_stemmer")
    english = importlib.import_module("snowballstemmer.english_stemmer")
    return _Stemmers(russian.RussianStemmer, english.EnglishStemmer)


@dataclass(frozen=True, slots=True)
class _Stemmers:
    """A stemmer keeps the word it works on in itself, so each word gets a new one."""

    RussianStemmer: Any
    EnglishStemmer: Any


def _without_fleeting(stem_: str) -> str:
    """The vowel that comes and goes: `заявок` as `заявк`, `настроек` as `настройк`, `образец` as `образц`."""
    found = FLEETING.fullmatch(stem_)
    if not found:
        return stem_
    return f"{found[1]}{found[2]}" if found[1] else f"{found[3]}й{found[4]}"


def stems(texts: Iterable[str], *, internal: Iterable[str] = ()) -> str:
    """The stems of a document in one line: those of the public texts, then the internal ones with their mark."""
    kept = [*_stemmed(texts), *(INTERNAL + one for one in _stemmed(internal))]
    return " ".join(kept if len(kept) <= MOST_PLACES else _bounded(kept))


def _stemmed(texts: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for text in texts:
        if text and len(kept) < MOST_WORDS:
            kept += map(stem_of, runs(text[:MOST_CHARACTERS]))
    return kept


def _bounded(kept: Iterable[str]) -> Iterator[str]:
    """What both databases can hold of a document; its end is left out."""
    places: dict[str, int] = {}
    left, characters = MOST_WORDS, MOST_CHARACTERS
    for one in kept:
        places[one] = places.get(one, 0) + 1
        if places[one] > MOST_PLACES:
            continue
        left, characters = left - 1, characters - len(one) - 1
        if left < 0 or characters < 0:
            return
        yield one


def kind_word(kind: str) -> str:
    """The word that every document of a kind holds, and that nobody can ask for."""
    return INTERNAL * 2 + "".join(_letter(c) if c not in LETTERS else c for c in kind if c.isalpha())


def title_key(title: str) -> str:
    """The form in which whole titles are compared; without what a database refuses."""
    return fold(title[:LONGEST_TITLE].replace("\x00", "").encode("utf-8", "ignore").decode())


def number_of(query: str) -> int | None:
    """The number that a query is: `12`, `#12`, `№ 12`."""
    found = NUMBER.fullmatch(query[:LONGEST_QUERY])
    return int(found[1]) if found else None


def parse(query: str, *, ahead: bool = False) -> list[Term]:
    """What is asked for: every term must match. Nothing that somebody types is an error.

    "in quotes": these words in this order; `прин*`: words that begin so; what holds points or dashes (`INC-12`,
    `192.168.0.1`) is a phrase. ahead: the last word is still being typed.
    """
    query = INVISIBLE.sub("", query[:LONGEST_QUERY])
    chunks = [(found[5] is not None, found[5] or found[1] or found[2] or found[3] or found[4] or "")
              for found in CHUNK.finditer(query)]  # fmt: skip
    typing = ahead and bool(chunks) and chunks[-1][0] and not query[-1:].isspace()
    terms = []
    for place, (plain, chunk) in enumerate(chunks):
        begins = plain and (chunk.endswith("*") or (typing and place == len(chunks) - 1))
        if term := _term(words(chunk)[:MOST_IN_PHRASE], begins):
            terms.append(term)
    return terms[:MOST_TERMS]


def telling(terms: Sequence[Term]) -> list[Term]:
    """The few terms that say most of what a subject is about: the longest, without the shortest words."""
    sizes = {term: max(len(stem_) for stem_ in (*term.stems, term.begins)) for term in dict.fromkeys(terms)}
    found = [term for term in sizes if sizes[term] >= SHORTEST_BEGINNING]
    return sorted(found, key=lambda term: -sizes[term])[:MOST_TELLING]


def _term(asked: Sequence[str], begins: bool) -> Term | None:
    if not asked:
        return None
    found, last = tuple(stem(word) for word in asked), asked[-1]
    if not begins or (len(asked) == 1 and len(last) < SHORTEST_BEGINNING):
        return Term(found)
    forms = [found[-1], *(last[:-1] + end for end in "кц" if last[-1] in "ое")]
    return Term(found[:-1], last, tuple(form for form in dict.fromkeys(forms) if not form.startswith(last)))


def _ways(term: Term, internal: bool) -> Iterator[tuple[list[str], bool]]:
    """The ways in which a term matches: words in a row, and whether the last is only a beginning."""
    for mark in ("", INTERNAL) if internal else ("",):
        before = [mark + word for word in term.stems]
        if not term.begins:
            yield before, False
            continue
        yield [*before, mark + term.begins], True
        for form in term.forms:
            yield [*before, mark + form], False


def fts_query(terms: Iterable[Term], *, kind: str, internal: bool) -> str:
    """The query on one kind as SQLite's FTS5 wants it."""
    asked = [kind_word(kind)]
    for term in terms:
        ways = [f'"{" ".join(row)}"' + (" *" if more else "") for row, more in _ways(term, internal)]
        asked.append(f"({' OR '.join(ways)})")
    return " AND ".join(asked)


def ts_query(terms: Iterable[Term], *, kind: str, internal: bool) -> str:
    """The query on one kind as the input of PostgreSQL's type tsquery, which takes its words as they are."""
    asked = [f"'{kind_word(kind)}'"]
    for term in terms:
        ways = [" <-> ".join(f"'{w}'" for w in row) + (":*" if more else "") for row, more in _ways(term, internal)]
        asked.append(f"({' | '.join(f'({way})' for way in ways)})")
    return " & ".join(asked)

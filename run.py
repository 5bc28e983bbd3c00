#!/usr/bin/env python3
"""Sets up .venv once from the hashed lock, then runs the desk or its tests; needs nothing but Python 3.11."""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python is to be told, not left to stumble
    sys.exit("itsm needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info[:2]))

ROOT = Path(__file__).resolve().parent
BIN = ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
LOCK = ROOT / "requirements.lock"
STAMP = ROOT / ".venv" / "installed"
USAGE = """python3 run.py                                       set up .venv if needed, then `itsm demo`
python3 run.py setup                                 set up .venv and stop
python3 run.py test [--quick|--long] [pytest args]   run the tests
python3 run.py lock                                  renew requirements.lock from pyproject.toml"""
COMPILE = (
    "pip compile --quiet --universal --generate-hashes --python-version 3.11 --fork-strategy fewest --no-header"
    " --extra test --group build pyproject.toml --output-file requirements.lock"
)


def wanted() -> str:
    """The digest of all that the installed .venv depends on."""
    parts = [str(ROOT).encode(), LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_installed() -> bool:
    """Whether .venv has been finished for this lock, this pyproject and this folder."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted()


def succeeds(*command: object) -> bool:
    """Run a command in the checkout, its output shown."""
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode == 0


def install() -> None:
    """Make .venv anew: uv installs the lock, or pip where uv cannot reach the packages (it reads no pip settings)."""
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python cannot make a virtual environment. Type this, then try again:\n"
            f"  sudo apt install python3.{sys.version_info.minor}-venv"
        )
    print("Setting up .venv ...", flush=True)
    if not succeeds(sys.executable, "-m", "venv", "--clear", ROOT / ".venv"):
        sys.exit("Could not make .venv: see above.")
    pip: list[Path | str] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    uv: list[Path | str] = [BIN / "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON]
    for tool in [uv, pip] if succeeds(*pip, "uv") else [pip]:
        if succeeds(*tool, "--require-hashes", "-r", LOCK) and succeeds(
            *tool, "--no-deps", "--no-build-isolation", "-e", ROOT
        ):
            # Compiled here once, as both installers do with the rest: a desk is never slow to start, not even
            # where Python is told to write no bytecode or the checkout is read-only to who runs it.
            succeeds(PYTHON, "-m", "compileall", "-q", "itsm", "plugins")
            STAMP.write_text(wanted())
            return
        print(f"{Path(tool[0]).name} could not install the lock: see above.", flush=True)
    sys.exit("Setup failed: nothing could install requirements.lock.")


def main(args: list[str]) -> None:
    """Obey one of the forms in USAGE."""
    if args[:1] in (["-h"], ["--help"]):
        return print(USAGE)
    word, rest = (args[0], args[1:]) if args and not args[0].startswith("-") else ("demo", args)
    commands: dict[str, list[Path | str]] = {
        "demo": [BIN / "itsm", "demo", *rest],
        "setup": [],
        "test": [PYTHON, "-m", "pytest", *rest],
        "lock": [BIN / "uv", *COMPILE.split(), *rest],
    }
    if word not in commands:
        sys.exit(USAGE)
    if not is_installed() and not (word == "lock" and (BIN / "uv").exists()):
        install()
    command = [str(part) for part in commands[word]]
    if command:
        os.chdir(ROOT)
        os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])

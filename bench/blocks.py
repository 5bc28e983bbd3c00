"""The measured side of `bench.added`: runs with the code of whichever tree stands on its path."""

import os
import sys
import time
from typing import Any

from werkzeug.test import Client

from itsm.app import front

BLOCK, WARM = 60, 40
BODY = {"kind": "incident", "title": "Принтер не печатает", "description": "слово " * 40}


def main() -> None:
    """After each line on stdin create a block of tickets through the whole WSGI stack; print the CPU ms of one."""
    client = Client(front())
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}

    def block(number: int) -> float:
        started = time.process_time()
        for _ in range(number):
            answer: Any = client.post("/api/v1/tickets", json=BODY, headers=headers)
            if answer.status_code != 201:
                raise SystemExit(answer.text)
        return (time.process_time() - started) * 1000 / number

    block(WARM)
    for _ in sys.stdin:
        print(block(BLOCK), flush=True)


if __name__ == "__main__":
    main()

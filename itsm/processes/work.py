"""`itsm worker`: with Redis behind the doorbell, without it at the table itself."""

import click

from itsm.core.logs import configure_logs
from itsm.core.settings import read_settings
from itsm.plugins.machinery.host import Host
from itsm.processes.begin import begin
from itsm.processes.doorbell import outside
from itsm.processes.options import supervised_option
from itsm.processes.parent import end_with_parent
from itsm.processes.presence import Presence
from itsm.processes.worker import Worker


@click.command()
@click.option("--long", is_flag=True, help="Do long work only: imports, rebuilds, reports.")
@supervised_option
def worker(long: bool, supervised: int | None) -> None:
    """Do background jobs and timers; with ITSM_REDIS_URL it waits for a bell in Redis, else it looks every moment."""
    if supervised:
        end_with_parent(supervised)
    settings = read_settings()
    configure_logs(settings, "worker")
    host = Host.of(settings)  # its watchdog is for web threads; here every call has a limit of its own
    # Not the host's bell: a worker that rang at each of its own commits would wake itself for ever.
    bell = outside().Bell(settings.redis_url) if settings.redis_url else None
    hands = Worker(begin(settings, host), Presence(settings.data_dir / "workers"), long=long, bell=bell)
    hands.listen()
    if settings.redis_url and not long:
        outside().answer_bell(settings.redis_url, hands.work_off, hands.stopping, settings.worker_poll)
    else:
        hands.poll(settings.worker_poll)
    hands.leave()

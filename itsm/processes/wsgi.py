"""What granian's child serves: the desk with its watchdog, in a process that ends with its parent."""

import sys
from multiprocessing import parent_process

from itsm.cli import tell
from itsm.core.errors import DeskError
from itsm.core.logs import configure_logs
from itsm.core.settings import read_settings
from itsm.plugins.machinery.front import Front
from itsm.plugins.machinery.host import Host
from itsm.processes.begin import begin
from itsm.processes.doorbell import outside
from itsm.processes.parent import end_with_parent


def application() -> Front:
    """Build the desk; what hinders that is told in a sentence, and the process ends with its code."""
    if (begun_by := parent_process()) is not None and begun_by.pid:
        end_with_parent(begun_by.pid)
    try:
        settings = read_settings()
        configure_logs(settings, "web")
        host = Host.of(settings)
        if settings.redis_url:
            host.bell = outside().Bell(settings.redis_url)
        served = begin(settings, host)
    except DeskError as error:
        tell(error)
        sys.exit(error.exit_code)
    host.watchdog.start()
    return served

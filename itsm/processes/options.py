"""The options that the process commands share."""

import click

host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
port_option = click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="TCP port.")
supervised_option = click.option(
    "--supervised", type=int, metavar="PID", hidden=True, help="End when the process that started me, this one, ends."
)

"""``banyan run`` and ``banyan worker``: a store on one machine, or one process of many."""

import signal
from dataclasses import replace
from types import FrameType

import click

from core.config import load_config


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=8, show_default=True, help="Requests answered at once.")
@click.option("--no-worker", is_flag=True, help="Facts and jobs are left to another process.")
@click.option("--no-valkey", is_flag=True, help="Work from the database alone.")
def run(host: str, port: int, threads: int, no_worker: bool, no_valkey: bool) -> None:
    """Serve the store: web, worker and a private Valkey. One Ctrl-C ends all."""
    from core.cli.serving import Plan, serve

    config = load_config()
    if no_valkey:
        config = replace(config, redis_url="")
    serve(config, Plan(host, port, threads, not no_worker, not no_valkey), _announce)


@click.command()
@click.option("--no-redis", is_flag=True, help="Work from the database alone.")
def worker(no_redis: bool) -> None:
    """Deliver facts and run jobs until Ctrl-C or SIGTERM."""
    from core.cli.serving import quiet_logs
    from core.db.versions import check_schema
    from core.host.shop import open_shop

    config = load_config()
    if no_redis:
        config = replace(config, redis_url="")
    quiet_logs()
    shop = open_shop(config)
    check_schema(shop.database.engine)

    from core.worker.process import WorkerProcess

    process = WorkerProcess(shop)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        process.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    process.run()
    shop.plugins.faults.flush()
    shop.close()


def _announce(lines: list[str]) -> None:
    click.echo("\n".join(lines))

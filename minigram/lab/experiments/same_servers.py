"""The app of another stage over the servers of one that runs: the same rows, the same load, another way to ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from minigram.lab.running import AppProcess, Running
from minigram.lab.servers.ports import HOST, free_ports
from minigram.stages import path_of
from minigram.system import Minigram


@contextmanager
def another(run: Running, stage: type[Minigram]) -> Iterator[str]:
    """The address of one more web server, of this stage, which ends with the block. What the stage needs has to be
    among the servers that run."""
    web = next(process for process in stage.processes() if process.health)
    name = f"{web.name}-{stage.__name__.lower()}"
    addresses = run.run / f"{name}.json"
    replace(run.addresses, stage=path_of(stage)).save(addresses)
    (port,) = free_ports(1)
    started = AppProcess(replace(web, name=name), run.run, addresses, port, f"http://{HOST}:{port}")
    try:
        started.start()
        yield started.url
    finally:
        started.kill()

"""Several processes train together, each on its device.  environment -> who this one is; a function -> its processes.

`accelerate launch` (or torchrun) starts them and says so in the environment; on a processor `together` does, for two
processes of one thread each take the rows faster than one of two threads. transformers' Trainer shares out the rows
and adds up the gradients. The first process alone reports and writes. Knows nothing of what is trained.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING, TypeVar

from flowdial.errors import FlowDialError, ModelError

if TYPE_CHECKING:
    import torch

_Each = TypeVar("_Each")

#: Seconds between two looks at the others.
_LOOK = 0.1
#: Of the first process the others, each with what it sets when it has come to the training; of another its own.
_others: list[tuple[BaseProcess, Event]] = []
_arrived: list[Event] = []


def count() -> int:
    """How many there are."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def place() -> int:
    """Which of them this one is."""
    return int(os.environ.get("RANK", "0"))


def leads() -> bool:
    """Whether this is the one that reports and writes."""
    return place() == 0


def device(wanted: str) -> str:
    """The device of this one: each takes a GPU of its machine, where there are any and none is named."""
    if count() == 1 or wanted != "auto":
        return wanted
    import torch

    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if torch.cuda.is_available() else "cpu"


def worth(device: str, rows: int) -> int:
    """How many processes train fastest on this machine with `rows` rows a step: on a processor one a core, where the
    rows can be shared out evenly.
    """
    if device.partition(":")[0] != "cpu":
        return 1
    return math.gcd(rows, _cores())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Within, PyTorch starts no other threads: one that was started spins on (OMP_WAIT_POLICY) beside the training."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def together(number: int, work: Callable[[], object]) -> Iterator[None]:
    """Within, this process is the first of `number` that train together; the others do `work`, which can be pickled.

    They end with it. Those that a launcher started are together already. Raises ModelError where one of them ended
    before.
    """
    if number < 2 or count() > 1:
        yield
        return
    import torch

    before, threads = dict(os.environ), torch.get_num_threads()
    few = max(1, _cores() // number)
    shared = {
        "WORLD_SIZE": str(number),
        "LOCAL_WORLD_SIZE": str(number),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(_free_port()),
        "OMP_NUM_THREADS": str(few),
        **({"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {}),
    }
    spawn = multiprocessing.get_context("spawn")
    for rank in range(1, number):
        arrived = spawn.Event()
        given = ({**shared, **_ranked(rank)}, work, arrived)
        _others.append((spawn.Process(target=_follow, args=given, daemon=True), arrived))
    os.environ.update({**shared, **_ranked(0)})
    torch.set_num_threads(few)
    try:
        for other, _ in _others:
            other.start()
        yield
        for other, _ in _others:
            other.join()
    except RuntimeError as error:  # gloo tells that a connection was closed, perhaps before the process is gone
        for other in _started():
            other.join(1)
        _check(error)
        raise
    finally:
        for other in _started():
            other.kill()
        _others.clear()
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
        for name in {*shared, *_ranked(0)}:
            os.environ.pop(name, None)
        os.environ.update(before)
        torch.set_num_threads(threads)


def _started() -> list[BaseProcess]:
    return [other for other, _ in _others if other.pid is not None]


def meet() -> None:
    """Go on when all have come so far: PyTorch would wait half an hour for one that ended. Raises ModelError for it."""
    for arrived in _arrived:
        arrived.set()
    while not all(arrived.is_set() for _, arrived in _others):
        _check()
        time.sleep(_LOOK)


def take_over(values: Iterable[torch.Tensor]) -> None:
    """Each process takes over what the first one has in these."""
    if count() == 1:
        return
    from torch.distributed import broadcast

    for each in values:
        broadcast(each.data, 0)


def gathered(share: list[_Each]) -> list[_Each]:
    """The shares of all processes, one from each in turn: as they were dealt out by `[place() :: count()]`."""
    if count() == 1:
        return share
    from torch.distributed import all_gather_object

    shares: list[list[_Each]] = [[] for _ in range(count())]
    all_gather_object(shares, share)
    return [shares[at % count()][at // count()] for at in range(sum(map(len, shares)))]


def _check(cause: Exception | None = None) -> None:
    """Raises ModelError where another process has ended with a fault, or before it came to the training."""
    codes = [other.exitcode for other, arrived in _others if other.exitcode or not arrived.is_set()]
    if codes := [code for code in codes if code is not None]:
        message = f"a process of the training ended with exit code {codes[0]}"
        raise ModelError(message, hint="go on with --resume; --processes 1 needs less memory") from cause


def _ranked(rank: int) -> dict[str, str]:
    return {"RANK": str(rank), "LOCAL_RANK": str(rank)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _follow(environment: dict[str, str], work: Callable[[], object], arrived: Event) -> None:
    """What another process does; what the user did wrong, and that he stopped it, is told by the first one."""
    os.environ.update(environment)
    _arrived.append(arrived)
    threading.Thread(target=_end_with, daemon=True).start()
    try:
        work()
    except (FlowDialError, KeyboardInterrupt):
        sys.exit(1)


def _end_with() -> None:
    """Nothing goes on when the first process was killed."""
    first = multiprocessing.parent_process()
    if first:
        first.join()
        os._exit(1)

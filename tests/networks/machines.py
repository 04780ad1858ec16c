"""Machines on one network: namespaces that a bridge joins, seen by this program only, and gone with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

# This program's own address; the machines have the ones after it.
ADDRESS, NETWORK = "10.9.8.1", "10.9.8.0/24"
_IN_OWN_NETWORK = "SHIPLEDGER_TEST_OWN_NETWORK"


def in_own_network(module: str) -> None:
    """Go on as a process with a network and mounts of its own, so that nothing is left behind."""
    if _IN_OWN_NETWORK in os.environ:
        return
    command = ["unshare", "--net", "--mount", sys.executable, "-m", module]
    os.execvpe(command[0], command, os.environ | {_IN_OWN_NETWORK: "1"})


@dataclass(frozen=True)
class Machine:
    """A network namespace with one cable to the bridge."""

    name: str

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """Start a command on the machine; its standard input and output are pipes."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *command],
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Without its cable: packets are lost in silence, no connection is closed."""
        _ip("link", "set", self.name, "down")
        try:
            yield
        finally:
            _ip("link", "set", self.name, "up")


@contextmanager
def network(*names: str) -> Iterator[list[Machine]]:
    """So many machines, which reach this program at `ADDRESS`."""
    # Names of namespaces are mounts, here and nowhere else.
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    _ip("link", "set", "lo", "up")
    _ip("link", "add", "bridge", "type", "bridge")
    _ip("address", "add", f"{ADDRESS}/24", "dev", "bridge")
    _ip("link", "set", "bridge", "up")
    for number, name in enumerate(names, start=2):
        _ip("netns", "add", name)
        _ip("link", "add", name, "type", "veth", "peer", "name", "cable", "netns", name)
        _ip("link", "set", name, "master", "bridge", "up")
        _ip("-n", name, "address", "add", f"10.9.8.{number}/24", "dev", "cable")
        _ip("-n", name, "link", "set", "cable", "up")
        _ip("-n", name, "link", "set", "lo", "up")
    try:
        yield [Machine(name) for name in names]
    finally:
        for name in names:
            _ip("netns", "delete", name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)

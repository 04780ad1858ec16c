"""A local ShipStation to try things on: the V1 API over a generated, recorded or former business."""

from sandbox.book import Book
from sandbox.clock import Clock
from sandbox.faults import Fault
from sandbox.server import Sandbox
from sandbox.settings import SandboxSettings

__all__ = ["Book", "Clock", "Fault", "Sandbox", "SandboxSettings"]

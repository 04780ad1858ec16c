"""A local ShipStation for demos and tests: the V1 API over generated, recorded or former orders."""

from sandbox.book import Book
from sandbox.business import BusinessPlan, generate_business
from sandbox.clock import Clock
from sandbox.faults import Fault
from sandbox.legacy import load_legacy
from sandbox.rowfiles import load_row_files
from sandbox.server import Sandbox
from sandbox.settings import SandboxSettings

__all__ = [
    "Book",
    "BusinessPlan",
    "Clock",
    "Fault",
    "Sandbox",
    "SandboxSettings",
    "generate_business",
    "load_legacy",
    "load_row_files",
]

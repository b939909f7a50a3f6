"""Every fault by its name; docs/faults.md is the table of them."""

from tests.faults.fault import FAULTS
from tests.faults.named import clients, database, lines, rights, server, valkey

__all__ = ["FAULTS", "clients", "database", "lines", "rights", "server", "valkey"]

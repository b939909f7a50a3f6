"""How often each thing is asked for: the items of Online Retail's busiest day, by their lines.

UCI Online Retail (CC BY 4.0; Chen, Sain, Guo 2012), read in place and never kept here.
"""

import csv
import gzip
from collections import Counter

from tests.inventory.files import DATA

FILE = DATA / "online_retail" / "online_retail.csv.gz"


def frequencies() -> list[int]:
    """Lines of each item on the day with the most lines, the most frequent item first."""
    days: dict[str, Counter[str]] = {}
    with gzip.open(FILE, "rt", newline="") as lines:
        for line in csv.DictReader(lines):
            days.setdefault(line["InvoiceDate"][:10], Counter())[line["StockCode"]] += 1
    busiest = max(days.values(), key=Counter.total)
    return [count for _, count in busiest.most_common()]

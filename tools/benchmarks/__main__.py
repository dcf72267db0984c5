"""`make bench`: measured ratios of the warehouse's own work, written to docs/benchmarks.md.

Every section measures its baselines in the same run and writes a file of its own to benchmarks/results; the
page is made of those files, so that sections can be run one at a time.
"""

import argparse

from rich.console import Console

from tools.benchmarks import client_grain, incremental, nightly, rebuild, storage
from tools.benchmarks.database import scale_database
from tools.benchmarks.report import Section, assemble, keep
from tools.benchmarks.scale import SIZES

SECTIONS = {
    "rebuild": rebuild.measure,
    "incremental": incremental.measure,
    "client-grain": client_grain.measure,
    "nightly": nightly.measure,
    "storage": storage.measure,
}
console = Console(width=130)


def main() -> None:
    """Measure the sections asked for, one after the other, in one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="tenth", help="how much scale data")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the median counts")
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; default: all")
    options = parser.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    with scale_database(SIZES[options.size]) as url:
        # in this order: the rebuild makes what the others look at
        for name, measure in SECTIONS.items():
            if name in (options.sections or SECTIONS):
                section: Section = measure(url, options.rounds, options.size)
                keep(name, options.size, section)
                console.print(section.markdown(options.size))
    assemble(list(SECTIONS))


if __name__ == "__main__":
    main()

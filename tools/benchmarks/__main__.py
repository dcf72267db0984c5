"""`make bench`: benchmarks of the dbt models and jobs, written to docs/benchmarks.md.

Each section measures its baselines in the same run and writes its own file to tools/benchmarks/results. The
page is assembled from these files, so sections can be run one at a time.
"""

import argparse

from rich.console import Console

from tools.benchmarks import client_grain, incremental, nightly, rebuild, storage
from tools.benchmarks.database import scale_database
from tools.benchmarks.report import Section, save, write_page
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
    """Run the selected sections one after the other in one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="tenth", help="size of the generated data")
    parser.add_argument(
        "--rounds", type=int, default=3, help="repetitions of each measurement; the median is reported"
    )
    parser.add_argument("sections", nargs="*", help=f"any of {', '.join(SECTIONS)} (default: all)")
    options = parser.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        parser.error(f"unknown section: {', '.join(sorted(unknown))}")
    with scale_database(SIZES[options.size]) as url:
        # The rebuild comes first, because the other sections read its tables.
        for name, measure in SECTIONS.items():
            if name in (options.sections or SECTIONS):
                section: Section = measure(url, options.rounds, options.size)
                save(name, options.size, section)
                console.print(section.markdown(f"Size {options.size}"))
    write_page(list(SECTIONS))


if __name__ == "__main__":
    main()

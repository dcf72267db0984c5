"""`python -m documentation`: write the pages; `--check` only says whether they are up to date."""

import argparse
import json
import sys
from pathlib import Path

from documentation.metric_page import metric_page

PROJECT_DIR = Path(__file__).resolve().parent.parent


def pages(manifest_file: Path) -> dict[Path, str]:
    """Text of each generated page, by file."""
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    return {PROJECT_DIR / "docs" / "metrics.md": metric_page(manifest)}


def main() -> int:
    """Write or check the pages; exit status 1 when a check finds an outdated one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path, help="manifest.json of `dbt compile`")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    outdated = []
    for file, text in pages(options.manifest).items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            outdated.append(file.relative_to(PROJECT_DIR))
            if not options.check:
                file.write_text(text, encoding="utf-8")
    if options.check and outdated:
        print(f"Outdated: {', '.join(map(str, outdated))}. Run `make docs`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

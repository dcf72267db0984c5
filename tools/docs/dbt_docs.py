"""`python -m tools.docs.dbt_docs DIRECTORY`: bundles the output of `dbt docs generate` into one HTML file.

Adds inherited column descriptions, which are only in the database; dbt shows a model's own descriptions.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_inherited_descriptions(manifest: dict[str, Any], catalog: dict[str, Any]) -> int:
    """Fill empty column descriptions from the database comments. Returns the number of filled ones."""
    filled = 0
    for key, table in catalog["nodes"].items():
        columns = manifest["nodes"].get(key, {}).get("columns", {})
        for name, database_column in table["columns"].items():
            column = columns.setdefault(name, {"name": name, "description": ""})
            if not column["description"] and database_column["comment"]:
                column["description"] = database_column["comment"]
                filled += 1
    return filled


def main() -> int:
    """Write static_index.html."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="target path of dbt docs generate")
    directory: Path = parser.parse_args().directory
    manifest, catalog = (
        json.loads((directory / f"{name}.json").read_text()) for name in ("manifest", "catalog")
    )
    add_inherited_descriptions(manifest, catalog)
    page = (directory / "index.html").read_text(encoding="utf-8")
    for name, content in (("MANIFEST", manifest), ("CATALOG", catalog)):
        page = page.replace(f'"{name}.JSON INLINE DATA"', json.dumps(content).replace("</", "<\\/"))
    (directory / "static_index.html").write_text(page, encoding="utf-8")
    columns = sum(len(table["columns"]) for table in catalog["nodes"].values())
    print(f"{len(catalog['nodes'])} relations with {columns} columns: {directory / 'static_index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

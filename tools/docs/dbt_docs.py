"""`python -m tools.docs.dbt_docs FOLDER`: make one file of what `dbt docs generate` left there.

Words that a column inherits are in the database (docs/adr/0085); dbt's page shows only a model's own.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def complete(manifest: dict[str, Any], catalog: dict[str, Any]) -> int:
    """Give each column of the manifest that has no words those of the database; how many got them."""
    completed = 0
    for key, table in catalog["nodes"].items():
        columns = manifest["nodes"].get(key, {}).get("columns", {})
        for name, found in table["columns"].items():
            column = columns.setdefault(name, {"name": name, "description": ""})
            if not column["description"] and found["comment"]:
                column["description"] = found["comment"]
                completed += 1
    return completed


def main() -> int:
    """Complete the manifest and write static_index.html; says how many columns it speaks of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="target folder of dbt docs generate")
    folder: Path = parser.parse_args().folder
    manifest, catalog = (
        json.loads((folder / f"{name}.json").read_text()) for name in ("manifest", "catalog")
    )
    complete(manifest, catalog)
    page = (folder / "index.html").read_text(encoding="utf-8")
    for name, content in (("MANIFEST", manifest), ("CATALOG", catalog)):
        page = page.replace(f'"{name}.JSON INLINE DATA"', json.dumps(content).replace("</", "<\\/"))
    (folder / "static_index.html").write_text(page, encoding="utf-8")
    columns = sum(len(table["columns"]) for table in catalog["nodes"].values())
    print(f"{len(catalog['nodes'])} relations with {columns} columns: {folder / 'static_index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

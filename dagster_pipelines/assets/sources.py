"""The tables that others write, where the asset graph begins: upstream's, the API's, and bookkeeping."""

import dagster as dg

from dagster_pipelines.dbt.manifest import manifest_content
from dagster_pipelines.dbt.stages import DETECTOR_SOURCE
from dagster_pipelines.dbt.translator import OWNERS, translator

SOURCES = [
    dg.AssetSpec(
        translator.get_asset_key(source),
        description=f"{source['description']} {source['source_description']}",
        group_name="sources",
        owners=OWNERS,
        kinds={"postgres"},
    )
    for source in manifest_content()["sources"].values()
    if source["source_name"] != DETECTOR_SOURCE
]
"""What the detector writes is computed here (assets/detected_cues.py)."""
